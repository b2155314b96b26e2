// Bytes and text, one byte for one character.

/** A text as bytes, one for each character (latin1); bytes stay as they are. */
export function toBytes(input: Uint8Array | string): Uint8Array {
  return typeof input === "string" ? Buffer.from(input, "latin1") : input;
}

/** Bytes as text, one character for each. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
