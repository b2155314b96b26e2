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

/** The server's codes (docs/reference/errors.md) that Momento calls otherwise; the others only look otherwise: `NotFound`, NOT_FOUND_ERROR. */
const RENAMED: Readonly<Record<string, MomentoErrorCode>> = {
  DeadlineExceeded: "TIMEOUT_ERROR",
  PermissionDenied: "PERMISSION_ERROR",
  ResourceExhausted: "LIMIT_EXCEEDED_ERROR",
  PayloadTooLarge: "LIMIT_EXCEEDED_ERROR",
  Internal: "INTERNAL_SERVER_ERROR",
  Unavailable: "SERVER_UNAVAILABLE",
  Unauthenticated: "AUTHENTICATION_ERROR",
};

/** The same call may succeed when it is simply sent again, after a pause. */
const RETRYABLE = /UNAVAILABLE|CONNECTION|TIMEOUT/;
/** A subscription that has worked is also taken up again after these. */
const PASSING = /UNAVAILABLE|CONNECTION|TIMEOUT|INTERNAL|LIMIT|UNKNOWN/;

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
    return RETRYABLE.test(this.#code);
  }
}

export interface ServerError {
  readonly code?: string;
  readonly message?: string;
  readonly err?: string;
}

/** Whether a subscription that has worked comes back by itself after `error`. */
export function isPassing(error: SdkError): boolean {
  return PASSING.test(error.errorCode());
}

/** The error in a JSON answer of the server; a code that is not known is a BAD_REQUEST_ERROR. */
export function fromServer({ code = "", message = "", err }: ServerError): SdkError {
  const name = `${code.replace(/\B[A-Z]/g, "_$&").toUpperCase()}_ERROR`;
  const known = RENAMED[code] ?? Object.values(MomentoErrorCode).find((value) => value === name);
  return new SdkError(known ?? "BAD_REQUEST_ERROR", message, undefined, err);
}

/** What was thrown, as one of ours; what is none gets `code`. */
export function toSdkError(thrown: unknown, code: MomentoErrorCode): SdkError {
  if (thrown instanceof SdkError) return thrown;
  return new SdkError(code, thrown instanceof Error ? thrown.message : String(thrown), thrown);
}
