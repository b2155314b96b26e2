// Tells protocols apart by the first bytes a client sends on the one port.

import { METHODS } from "node:http";

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
  return sniffHttp1(first) ?? (first.length < REQUEST_LINE_BYTES_MAX ? undefined : "unknown");
}

/** A request line longer than this, with a method that nobody knows, is no request. */
const REQUEST_LINE_BYTES_MAX = 4096;
const methods: ReadonlySet<string> = new Set(METHODS);

/** HTTP/1.x by its method where that is known, else by its whole request line, so that it can be answered (RFC 9112 3). */
function sniffHttp1(first: Uint8Array): "http1" | "unknown" | undefined {
  const text = Buffer.from(
    first.buffer,
    first.byteOffset,
    Math.min(first.length, REQUEST_LINE_BYTES_MAX),
  ).toString("latin1");
  // Empty lines may come before the request line (RFC 9112 2.2).
  const line = text.replace(/^(?:\r?\n|\r$)+/, "");
  if (line === "") return undefined;
  if (!/^[A-Za-z]/.test(line)) return "unknown";
  const space = line.indexOf(" ");
  if (space > 0 && methods.has(line.slice(0, space))) return "http1";
  const end = line.indexOf("\n");
  if (end < 0) return undefined;
  return /[ \t]HTTP\/\d\.\d\r?$/.test(line.slice(0, end)) ? "http1" : "unknown";
}
