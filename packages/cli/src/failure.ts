// What went wrong, in words for the person at the terminal.

import { Code, ConnectError } from "@connectrpc/connect";

/** What to do about a key that is missing or wrong. */
export const API_KEY_HINT = "Give the server's API key with --api-key or SUBITO_API_KEY.";

export function describeFailure(error: unknown): string {
  if (error instanceof ConnectError) {
    const hint =
      error.code === Code.Unavailable && /ECONNREFUSED/.test(error.message)
        ? ". Is the server running? Start it with `subito serve`, or name another with --url."
        : error.code === Code.Unauthenticated
          ? ` ${API_KEY_HINT}`
          : "";
    return `${error.rawMessage}${hint}`;
  }
  return error instanceof Error ? error.message : String(error);
}
