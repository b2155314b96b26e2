// Why a TLS handshake failed: what is counted, what is logged, and what plain HTTP is answered.

import type { ConnectionRefusal } from "./connection-counts.js";

export interface TlsFailure {
  readonly refusal: ConnectionRefusal;
  /** For the log: of OpenSSL, about the handshake or about the client's certificate. */
  readonly code: string | undefined;
  readonly message: string;
  /** What the client is told, in plaintext. */
  readonly answer?: string;
}

/**
 * Undefined for whoever goes away in the middle, such as the probes of load balancers: no event worth a log line.
 *
 * @param verifyError what OpenSSL found wrong with the client's certificate (its types say Error; it is a code). Node then closes the
 *   connection without a word, which looks like a client that went away.
 */
export function failureOf(
  code: string | undefined,
  verifyError: Error | string | null | undefined,
): TlsFailure | undefined {
  if (verifyError !== null && verifyError !== undefined) {
    return {
      ...{ refusal: "client_certificate", message: "a client certificate was refused" },
      code: typeof verifyError === "string" ? verifyError : verifyError.message,
    };
  }
  if (code === "ECONNRESET" || code === "EPIPE") return undefined;
  if (code === "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE") {
    return { refusal: "client_certificate", code, message: "a client brought no certificate" };
  }
  // What OpenSSL says of a first record that is none: it knows HTTP/1.1 by GET, HEAD, POST and PUT. All else, HTTP/2 too, gets no answer.
  if (code === "ERR_SSL_HTTP_REQUEST" || code === "ERR_SSL_WRONG_VERSION_NUMBER") {
    const plaintext = { message: "a plaintext request came to the TLS port", code } as const;
    const isHttp1 = code === "ERR_SSL_HTTP_REQUEST";
    return { refusal: "plaintext_on_tls", ...plaintext, ...(isHttp1 ? { answer: PLAINTEXT_ANSWER } : {}) };
  }
  return { refusal: "tls_handshake", code, message: "a TLS handshake failed" };
}

const BODY = JSON.stringify({
  code: "BadRequest",
  message: "This port speaks TLS: begin the URL with https://.",
});

const PLAINTEXT_ANSWER = `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\nconnection: close\r\n\r\n${BODY}`;
