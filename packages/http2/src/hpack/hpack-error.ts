// The one error of header decompression: whatever it says, the connection ends with COMPRESSION_ERROR.

/**
 * A header block that cannot be decoded (RFC 7541). The decoder's table no longer agrees with the peer's,
 * so this is always an error of the whole connection (RFC 9113 4.3).
 */
export class HpackError extends Error {
  override readonly name = "HpackError";
}
