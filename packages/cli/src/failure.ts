// What went wrong, in words for the person at the terminal.

import { Code, ConnectError } from "@connectrpc/connect";
import { SdkError } from "@subito/sdk";

const NO_ANSWER = "The server does not answer.";

/** What to do about a key that is missing or wrong. */
const API_KEY_HINT = "Give the server's API key with --api-key or SUBITO_API_KEY.";

/** The server's word on a key or token, and what to do about it. */
export function describeRefusedKey(reason: string): string {
  if (/expired|revoked/.test(reason)) return `${reason} Make a new one.`;
  // How a request would bring it is no matter of the person's.
  return `${reason.replace(/(is needed)\b.*$/, "$1.")} ${API_KEY_HINT}`;
}

/** What OpenSSL and Node say of a certificate whose CA is not known. */
const UNKNOWN_CA = /self-signed certificate|SELF_SIGNED_CERT|unable to (?:verify|get) |UNABLE_TO_/;
/** What comes of a client without a certificate, where one is asked for, or of one that is not taken. */
const CERTIFICATE_REFUSED =
  /alert certificate required|alert bad certificate|alert unknown ca|CERTIFICATE_REQUIRED/;

/** A connection that was closed without a word. */
const CLOSED = /socket hang up|ECONNRESET|stream closed with error code CANCEL/;

/** What to do about a connection to `url` that did not come about; empty when that is not known. */
function connectionHint(url: string, reason: string): string {
  if (UNKNOWN_CA.test(reason))
    return " If the server has a private CA, name its file with --ca or SUBITO_CA.";
  if (CERTIFICATE_REFUSED.test(reason)) {
    return " The server asks for a certificate: give one with --client-cert and --client-key.";
  }
  if (/ECONNREFUSED/.test(reason)) {
    return " Is the server running? Start it with `subito serve`, or name another with --url.";
  }
  if (
    /wrong version number|packet length too long|before secure TLS connection was established/.test(reason)
  ) {
    return " If the port speaks plaintext, begin the URL with http://.";
  }
  if (!CLOSED.test(reason)) return "";
  // With TLS 1.3 a client hears nothing of what the server then thinks of its certificate.
  return url.startsWith("https:")
    ? " If the server asks for a certificate, it has not taken this one: give one of its CA with --client-cert and --client-key."
    : " If the port speaks TLS, begin the URL with https://.";
}

/** OpenSSL's errors come with a thread and a place in its source, of which only the sentence in the middle tells a person something. */
function shorten(message: string): string {
  return /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message;
}

export function describeUnreachable(url: string, cause: unknown): string {
  const { code = "", message, name } = cause as NodeJS.ErrnoException;
  // Nothing but the time limit aborts a request.
  if (name === "AbortError") return NO_ANSWER;
  const reason = message === "" ? code : shorten(message);
  return `${url} cannot be reached (${reason}).${connectionHint(url, `${code} ${message}`)}`;
}

/** What `call` resolves to. Rejects with a sentence in place of the errors of gRPC and of the SDK, which do not know the URL. */
export async function describeFailureOf<T>(url: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ConnectError || error instanceof SdkError)) throw error;
    throw new Error(describeFailure(error, url), { cause: error });
  }
}

/** `url`: of the server; empty where none was called. */
export function describeFailure(error: unknown, url = ""): string {
  if (error instanceof ConnectError) {
    if (error.code === Code.DeadlineExceeded) return NO_ANSWER;
    const hint = connectionHint(url, error.message);
    if (hint !== "") return `${shorten(error.rawMessage)}.${hint}`;
    // What speaks no HTTP/2.
    if (error.rawMessage === "Protocol error") return "What answered is no Subito server.";
    return error.code === Code.Unauthenticated ? describeRefusedKey(error.rawMessage) : error.rawMessage;
  }
  if (error instanceof SdkError) return describeSdkError(error, url);
  return error instanceof Error ? error.message : String(error);
}

function describeSdkError(error: SdkError, url: string): string {
  if (error.errorCode() === "AUTHENTICATION_ERROR") return describeRefusedKey(error.message);
  if (error.errorCode() !== "CONNECTION_ERROR" || !(error.cause instanceof Error)) return error.message;
  const { code = "", message } = error.cause as NodeJS.ErrnoException;
  const reason = message === "" ? code : shorten(message).replace(/\.$/, "");
  return `${reason}.${connectionHint(url, `${code} ${message}`)}`;
}
