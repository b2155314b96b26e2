// The one error class of the product: a closed set of codes that every transport maps to its own wire.

/** Every way a call can fail. Names follow gRPC's (wire-contract.md 2.3), so that nothing is lost on that wire. */
export const ERROR_CODES = [
  "cancelled",
  "invalid_argument",
  "deadline_exceeded",
  "not_found",
  "already_exists",
  "permission_denied",
  "resource_exhausted",
  "failed_precondition",
  "unimplemented",
  "internal",
  "unavailable",
  "unauthenticated",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Why a limit refused a call: the values of the `err` trailer (wire-contract.md 2.4). */
export type LimitReason =
  | "topic_subscriptions_limit_exceeded"
  | "operations_rate_limit_exceeded"
  | "throughput_rate_limit_exceeded"
  | "request_size_limit_exceeded"
  | "item_size_limit_exceeded"
  | "element_size_limit_exceeded";

const RETRYABLE: ReadonlySet<ErrorCode | LimitReason> = new Set<ErrorCode | LimitReason>([
  "unavailable",
  // The one limit that time alone mends.
  "operations_rate_limit_exceeded",
]);

export interface ServiceErrorOptions {
  /** Which limit was hit; sent as the `err` trailer. Only with `resource_exhausted`. */
  readonly limit?: LimitReason;
  /** What really happened. Logged, never sent to a client. */
  readonly cause?: unknown;
}

/** A failure that a client is told of: `publicMessage` goes on the wire, `cause` never does. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly limit: LimitReason | undefined;

  constructor(code: ErrorCode, publicMessage: string, options: ServiceErrorOptions = {}) {
    super(publicMessage, { cause: options.cause });
    this.name = "ServiceError";
    this.code = code;
    this.limit = options.limit;
  }

  /** True when the same call may succeed if it is simply sent again, after a pause. */
  get mayRetry(): boolean {
    return RETRYABLE.has(this.limit ?? this.code);
  }

  /** Any thrown value as a ServiceError; what is not one becomes `internal` with a message that tells nothing. */
  static from(error: unknown): ServiceError {
    if (error instanceof ServiceError) return error;
    return new ServiceError("internal", "Internal error.", { cause: error });
  }
}
