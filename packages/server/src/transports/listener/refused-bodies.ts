// The answers to bodies that are not taken in.

export const BODY_TOO_LARGE = {
  code: "PayloadTooLarge",
  message: "The body is above the request limit.",
  err: "request_size_limit_exceeded",
} as const;

export const TOO_MANY_REQUESTS_HELD = {
  code: "Unavailable",
  message: "The server holds too many unfinished requests; try again later.",
} as const;
