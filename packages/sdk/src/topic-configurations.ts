// Momento's TopicConfigurations: one configuration under its names, since all that it says here is whether errors are thrown.

export interface TopicConfiguration {
  getThrowOnErrors(): boolean;
  /** With `true` the client throws its SdkErrors; otherwise it returns them in `Error` responses, as is the default. */
  withThrowOnErrors(throwOnErrors: boolean): TopicConfiguration;
}

export interface TopicConfigurationMaker {
  latest(): TopicConfiguration;
}

const maker: TopicConfigurationMaker = { latest: () => create(false) };

function create(throwOnErrors: boolean): TopicConfiguration {
  return { getThrowOnErrors: () => throwOnErrors, withThrowOnErrors: create };
}

export { maker as Browser, maker as Default, maker as Laptop, maker as Lambda };
