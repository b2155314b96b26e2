// What users of the SDK import.

export {
  CredentialProvider,
  type Credentials,
  type EndpointOverrides,
  type FromStringProps,
} from "./credential-provider.js";
export type { BackoffOptions } from "./backoff.js";
export { MomentoErrorCode, SdkError } from "./errors.js";
export { type ErrorResponse, TopicPublishResponse, TopicSubscribeResponse } from "./responses.js";
export type { Runtime } from "./runtime.js";
export type {
  FetchAnswer,
  FetchInit,
  FetchLike,
  SocketConstructor,
  SocketEvent,
  SocketLike,
  Timing,
  TopicClientProps,
} from "./settings.js";
export { type PublishCallOptions, type SubscribeCallOptions, TopicClient } from "./topic-client.js";
export * as TopicConfigurations from "./topic-configurations.js";
export type { TopicConfiguration } from "./topic-configurations.js";
export { TopicDiscontinuity, TopicHeartbeat, TopicItem } from "./topic-item.js";
export * as TopicPublish from "./topic-publish.js";
export * as TopicSubscribe from "./topic-subscribe.js";
