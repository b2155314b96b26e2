// Momento's TopicConfigurations: one configuration under its names, since all that it says here is whether errors are thrown.

export class TopicConfiguration {
  readonly #throwOnErrors: boolean;

  constructor(props: { readonly throwOnErrors?: boolean } = {}) {
    this.#throwOnErrors = props.throwOnErrors ?? false;
  }

  static latest(): TopicConfiguration {
    return new TopicConfiguration();
  }

  getThrowOnErrors(): boolean {
    return this.#throwOnErrors;
  }

  /** With `true` the client throws its SdkErrors; otherwise it returns them in `Error` responses, as is the default. */
  withThrowOnErrors(throwOnErrors: boolean): TopicConfiguration {
    return new TopicConfiguration({ throwOnErrors });
  }
}

export {
  TopicConfiguration as Browser,
  TopicConfiguration as Default,
  TopicConfiguration as Laptop,
  TopicConfiguration as Lambda,
};
