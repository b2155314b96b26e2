// The mask of a client's frames (RFC 6455 5.3): four bytes of the key, over and over.

/** Native order decides what a 32-bit view of the bytes means. */
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
/** Below this a view costs more than it spares. */
const VIEWED_BYTES_MIN = 64;

/** Applies the mask to `bytes` from `from` to `to`, where the key begins; `key` has its first byte lowest. Twice is nothing. */
export function applyMask(bytes: Uint8Array, from: number, to: number, key: number): void {
  let at = from;
  let rest = key;
  if (IS_LITTLE_ENDIAN && to - from >= VIEWED_BYTES_MIN) {
    while (((bytes.byteOffset + at) & 3) !== 0) {
      bytes[at] = (bytes[at] as number) ^ (rest & 0xff);
      rest = (rest >>> 8) | (rest << 24);
      at++;
    }
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (to - at) >>> 2);
    for (let i = 0; i < words.length; i++) words[i] = (words[i] as number) ^ rest;
    at += words.length * 4;
  }
  for (; at < to; at++) {
    bytes[at] = (bytes[at] as number) ^ (rest & 0xff);
    rest = (rest >>> 8) | (rest << 24);
  }
}
