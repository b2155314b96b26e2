// What can go wrong, under the names that Momento's SDKs have for it, and whether trying again can help.

/** Momento's names of errors; `errorCode()` is one of the values. */
export const MomentoErrorCode = {
  INVALID_ARGUMENT_ERROR: "INVALID_ARGUMENT_ERROR",
  UNKNOWN_SERVICE_ERROR: "UNKNOWN_SERVICE_ERROR",
  CACHE_ALREADY_EXISTS_ERROR: "ALREADY_EXISTS_ERROR",
  CACHE_NOT_FOUND_ERROR: "NOT_FOUND_ERROR",
  /** @deprecated Momento's older name of CACHE_NOT_FOUND_ERROR. */
  NOT_FOUND_ERROR: "NOT_FOUND_ERROR",
  INTERNAL_SERVER_ERROR: "INTERNAL_SERVER_ERROR",
  PERMISSION_ERROR: "PERMISSION_ERROR",
  AUTHENTICATION_ERROR: "AUTHENTICATION_ERROR",
  CANCELLED_ERROR: "CANCELLED_ERROR",
  CONNECTION_ERROR: "CONNECTION_ERROR",
  LIMIT_EXCEEDED_ERROR: "LIMIT_EXCEEDED_ERROR",
  BAD_REQUEST_ERROR: "BAD_REQUEST_ERROR",
  TIMEOUT_ERROR: "TIMEOUT_ERROR",
  SERVER_UNAVAILABLE: "SERVER_UNAVAILABLE",
  FAILED_PRECONDITION_ERROR: "FAILED_PRECONDITION_ERROR",
} as const;
export type MomentoErrorCode = (typeof MomentoErrorCode)[keyof typeof MomentoErrorCode];

/** From the `code` of the server's JSON errors (docs/reference/errors.md) to Momento's; what is not here is a BAD_REQUEST_ERROR. */
const CODES: Readonly<Record<string, MomentoErrorCode>> = {
  Cancelled: "CANCELLED_ERROR",
  InvalidArgument: "INVALID_ARGUMENT_ERROR",
  DeadlineExceeded: "TIMEOUT_ERROR",
  NotFound: "NOT_FOUND_ERROR",
  AlreadyExists: "ALREADY_EXISTS_ERROR",
  PermissionDenied: "PERMISSION_ERROR",
  ResourceExhausted: "LIMIT_EXCEEDED_ERROR",
  PayloadTooLarge: "LIMIT_EXCEEDED_ERROR",
  FailedPrecondition: "FAILED_PRECONDITION_ERROR",
  Internal: "INTERNAL_SERVER_ERROR",
  Unavailable: "SERVER_UNAVAILABLE",
  Unauthenticated: "AUTHENTICATION_ERROR",
};

/** The same call may succeed when it is simply sent again, after a pause. */
const RETRYABLE: readonly MomentoErrorCode[] = ["SERVER_UNAVAILABLE", "CONNECTION_ERROR", "TIMEOUT_ERROR"];
/** A subscription that has worked is also taken up again after these. */
const PASSING: readonly MomentoErrorCode[] = [
  ...RETRYABLE,
  "INTERNAL_SERVER_ERROR",
  "LIMIT_EXCEEDED_ERROR",
  "UNKNOWN_SERVICE_ERROR",
];

/** The error in every `Error` response; thrown by clients with `throwOnErrors`, and by iterators. */
export class SdkError extends Error {
  override readonly name = "SdkError";
  readonly #code: MomentoErrorCode;
  /** The limit that was hit, as docs/reference/errors.md names it (`request_size_limit_exceeded`); undefined when it was none. */
  readonly limit: string | undefined;

  /** `cause` is the error of the platform below, when there is one. */
  constructor(code: MomentoErrorCode, message: string, cause?: unknown, limit?: string) {
    super(message, cause === undefined ? {} : { cause });
    this.#code = code;
    this.limit = limit;
  }

  errorCode(): MomentoErrorCode {
    return this.#code;
  }

  /** Whether the same call may succeed when it is sent again, after a pause. */
  get isRetryable(): boolean {
    return RETRYABLE.includes(this.#code);
  }
}

/** Whether a subscription that has worked comes back by itself after `error`. */
export function isPassing(error: SdkError): boolean {
  return PASSING.includes(error.errorCode());
}

/** The error in a JSON answer of the server. */
export function fromServer(code: string | undefined, message: string | undefined, limit?: string): SdkError {
  return new SdkError(
    CODES[code ?? ""] ?? "BAD_REQUEST_ERROR",
    message ?? "The server gave no reason.",
    undefined,
    limit,
  );
}

/** What was thrown, as one of ours; what is none gets `code`. */
export function toSdkError(thrown: unknown, code: MomentoErrorCode): SdkError {
  if (thrown instanceof SdkError) return thrown;
  return new SdkError(code, thrown instanceof Error ? thrown.message : String(thrown), thrown);
}
