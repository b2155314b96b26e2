// The answer to a body beyond the limit, in either version of HTTP.

export const BODY_TOO_LARGE = {
  code: "PayloadTooLarge",
  message: "The body is above the request limit.",
  err: "request_size_limit_exceeded",
} as const;
