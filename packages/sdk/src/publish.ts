// Publishes one item: POST /topics/{cache}/{topic} (docs/reference/http-api.md).

import { SdkError, fromServer, toSdkError } from "./errors.js";
import type { FetchAnswer, Settings } from "./settings.js";
import type { TokenSource } from "./token-source.js";

/**
 * Resolves when the server has taken the item; rejects with SdkError. `signal` gives up. It is sent once, or twice when the server has refused the
 * token and another one can be had.
 */
export async function publishItem(
  settings: Settings,
  tokens: TokenSource,
  path: string,
  value: string | Uint8Array,
  signals: readonly AbortSignal[],
): Promise<void> {
  const giveUp = new AbortController();
  const onAbort = (): void => giveUp.abort(new SdkError("CANCELLED_ERROR", "The publish was given up."));
  for (const signal of signals) {
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
  }
  const cancelTimer = settings.runtime.setTimer(
    () => giveUp.abort(new SdkError("TIMEOUT_ERROR", "The server did not answer the publish in time.")),
    settings.publishTimeoutMs,
  );
  try {
    giveUp.signal.throwIfAborted();
    await Promise.race([send(settings, tokens, path, value, giveUp.signal), rejectOnAbort(giveUp.signal)]);
  } catch (thrown) {
    throw giveUp.signal.aborted
      ? toSdkError(giveUp.signal.reason, "CANCELLED_ERROR")
      : toSdkError(thrown, "CONNECTION_ERROR");
  } finally {
    cancelTimer();
    for (const signal of signals) signal.removeEventListener("abort", onAbort);
  }
}

async function send(
  settings: Settings,
  tokens: TokenSource,
  path: string,
  value: string | Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const isText = typeof value === "string";
  // A copy: it is sent a while later, and memory that is shared cannot be sent.
  const body = isText ? value : new Uint8Array(value);
  for (let isFirst = true; ; isFirst = false) {
    const token = await tokens.get();
    const answer = await settings.fetch(settings.url + path, {
      method: "POST",
      headers: {
        "content-type": isText ? "text/plain;charset=UTF-8" : "application/octet-stream",
        ...(token === "" ? {} : { authorization: token }),
      },
      body,
      signal,
    });
    // An answer is read to its end, so that the platform can use the connection again.
    const text = await answer.text();
    if (answer.ok) return;
    if (answer.status === 401) tokens.drop(token);
    if (answer.status !== 401 || !isFirst || !tokens.isRenewable) throw toError(answer, text);
  }
}

function toError({ status }: FetchAnswer, text: string): SdkError {
  try {
    const { code, message, err } = JSON.parse(text) as { code?: string; message?: string; err?: string };
    return fromServer(code, message, err);
  } catch (cause) {
    const code = status >= 500 ? "SERVER_UNAVAILABLE" : "UNKNOWN_SERVICE_ERROR";
    return new SdkError(code, `What answered (${status}) is no Subito server.`, cause);
  }
}

/** For a `fetch` or `getToken` that does not look at the signal. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(toSdkError(signal.reason, "CANCELLED_ERROR"))),
  );
}
