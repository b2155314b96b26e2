// What every `Error` response of the client has, as in Momento's SDKs.

import type { MomentoErrorCode, SdkError } from "./errors.js";

export abstract class ErrorResponse {
  readonly #inner: SdkError;

  constructor(inner: SdkError) {
    this.#inner = inner;
  }

  /** For people. */
  message(): string {
    return this.#inner.message;
  }

  /** Can be thrown. */
  innerException(): SdkError {
    return this.#inner;
  }

  errorCode(): MomentoErrorCode {
    return this.#inner.errorCode();
  }

  toString(): string {
    return `${this.errorCode()}: ${this.message()}`;
  }
}

/** `type` of what `publish` resolves to. */
export const TopicPublishResponse = { Success: "Success", Error: "Error" } as const;
/** `type` of what `subscribe` resolves to. */
export const TopicSubscribeResponse = { Subscription: "Subscription", Error: "Error" } as const;
