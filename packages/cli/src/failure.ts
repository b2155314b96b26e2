// What went wrong, in words for the person at the terminal.

import { Code, ConnectError } from "@connectrpc/connect";

export function describeFailure(error: unknown): string {
  if (error instanceof ConnectError) {
    const hint =
      error.code === Code.Unavailable && /ECONNREFUSED/.test(error.message)
        ? " Is the server running? Start it with `subito serve`, or name another with --url."
        : error.code === Code.Unauthenticated
          ? " Give the server's API key with --api-key or SUBITO_API_KEY."
          : "";
    return `${error.rawMessage}${hint}`;
  }
  return error instanceof Error ? error.message : String(error);
}
