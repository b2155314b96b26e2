// The octets of an HPACK string literal (RFC 7541 5.2), behind its length: either plain, or Huffman code.

import { huffmanDecode, huffmanDecodedLength } from "./huffman.js";
import { latin1Slice } from "./latin1-slice.js";

/**
 * The literal's text as latin1.
 *
 * @throws HpackError bad Huffman code
 */
export function decodeLiteral(bytes: Uint8Array, start: number, end: number, huffman: boolean): string {
  return huffman ? huffmanDecode(bytes, start, end) : latin1Slice(bytes, start, end);
}

/**
 * The length of the literal's text; builds nothing.
 *
 * @throws HpackError bad Huffman code
 */
export function decodedLiteralLength(
  bytes: Uint8Array,
  start: number,
  end: number,
  huffman: boolean,
): number {
  return huffman ? huffmanDecodedLength(bytes, start, end) : end - start;
}
