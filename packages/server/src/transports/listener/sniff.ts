// Tells protocols apart by the first bytes a client sends on the one port.

/** The beginning of HTTP/2's preface that no HTTP/1.x request shares (RFC 9113 3.4): "PRI " is no method of HTTP/1.1. */
const HTTP2_START = Buffer.from("PRI * HTTP/2.0\r\n", "latin1");
/** A TLS record that begins a handshake (RFC 8446 5.1): content type 22, major version 3. */
const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR_VERSION = 0x03;

export type Protocol = "http2" | "http1" | "tls" | "unknown";

/** What `first` begins; undefined while that cannot be told yet. */
export function sniffProtocol(first: Uint8Array): Protocol | undefined {
  if (first.length === 0) return undefined;
  const shared = Math.min(first.length, HTTP2_START.length);
  if (HTTP2_START.subarray(0, shared).equals(first.subarray(0, shared))) {
    return shared === HTTP2_START.length ? "http2" : undefined;
  }
  if (first[0] === TLS_HANDSHAKE) {
    if (first.length === 1) return undefined;
    return first[1] === TLS_MAJOR_VERSION ? "tls" : "unknown";
  }
  // A method is letters; leading empty lines are allowed before it (RFC 9112 2.2).
  return /^[A-Za-z\r\n]/.test(String.fromCharCode(first[0] as number)) ? "http1" : "unknown";
}
