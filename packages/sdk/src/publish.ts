// Publishes one item: POST /topics/{cache}/{topic} (docs/reference/http-api.md).

import { SdkError, type ServerError, fromServer, toSdkError } from "./errors.js";
import type { FetchAnswer, Settings } from "./settings.js";
import type { TokenSource } from "./token-source.js";

/**
 * Resolves when the server has taken the item; rejects with SdkError. `signal` gives up. It is sent once, or twice when the server has refused the
 * token and another one can be had.
 */
export function publishItem(
  settings: Settings,
  tokens: TokenSource,
  path: string,
  value: string | Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const abort = new AbortController();
  return new Promise<void>((resolve, reject) => {
    const onAbort = (): void => finish(new SdkError("CANCELLED_ERROR", "The publish was given up."));
    const cancelTimer = settings.runtime.setTimer(
      () => finish(new SdkError("TIMEOUT_ERROR", "The server does not answer.")),
      settings.publishTimeoutMs,
    );
    // It ends here even when `fetch` or `getToken` does not look at the signal.
    const finish = (error?: SdkError): void => {
      cancelTimer();
      signal?.removeEventListener("abort", onAbort);
      if (error === undefined) resolve();
      else reject(error);
      abort.abort();
    };
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted === true) onAbort();
    else {
      send(settings, tokens, path, value, abort.signal).then(
        () => finish(),
        (thrown: unknown) => finish(toSdkError(thrown, "CONNECTION_ERROR")),
      );
    }
  });
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
    return fromServer(JSON.parse(text) as ServerError);
  } catch (cause) {
    const code = status < 500 ? "UNKNOWN_SERVICE_ERROR" : "SERVER_UNAVAILABLE";
    return new SdkError(code, `What answered (${status}) is no Subito server.`, cause);
  }
}
