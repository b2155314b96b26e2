// The product's errors as HTTP answers.

import type { ServiceError } from "../../kernel/errors.js";
import { type WholeResponse, jsonResponse } from "../../rpc/http-message.js";
import { HTTP_ERRORS, toErrorEntry } from "../json/errors.js";

export function errorResponse(error: ServiceError): WholeResponse {
  const [status] = HTTP_ERRORS[error.code];
  // Too large once is too large for ever: 429 would invite the same request again (RFC 9110 15.5.14).
  const tooLarge = error.limit === "request_size_limit_exceeded";
  return jsonResponse(tooLarge ? 413 : status, toErrorEntry(error));
}
