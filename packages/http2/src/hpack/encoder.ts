// The stateless header encoder: what it gives means the same on every connection, so it can be kept and sent again.

import { encodeInteger, encodedIntegerLength, integerMax } from "./integer.js";
import { huffmanEncode, huffmanEncodedLength } from "./huffman.js";
import { staticIndexOfField, staticIndexOfName } from "./static-table.js";

const neverIndexedFlag = 0x10;
const indexedFlag = 0x80;
const huffmanFlag = 0x80;
const indexedMask = 0x7f;
const lengthMask = 0x7f;
const literalMask = 0x0f;

const defaultSensitiveNames: ReadonlySet<string> = new Set(["authorization", "set-cookie"]);

export interface EncodeHeadersOptions {
  /** Names sent as never-indexed literals (RFC 7541 7.1.3). Default: authorization and set-cookie. */
  readonly sensitiveNames?: ReadonlySet<string>;
}

/**
 * A dynamic table size update to 0. This encoder never uses the peer's dynamic table, but a peer that lowers
 * SETTINGS_HEADER_TABLE_SIZE below 4096 is owed an update at the start of the next block (RFC 7541 4.2);
 * with this in front of the first block of a connection, no later SETTINGS ever asks for another.
 */
export const tableSizeUpdateToZero: Uint8Array = Uint8Array.of(0x20);

/**
 * Encodes a header list without reference to, or effect on, a dynamic table. Names must be lowercase already.
 *
 * @param fields names and values, each character one octet
 * @throws RangeError a character beyond latin1, or a string beyond 2^28 - 1 octets
 */
export function encodeHeaders(
  fields: readonly (readonly [name: string, value: string])[],
  options?: EncodeHeadersOptions,
): Uint8Array {
  const sensitiveNames = options?.sensitiveNames ?? defaultSensitiveNames;
  let lengthMax = 0;
  // Plain text is the longest form: Huffman code is taken only where it is shorter.
  for (const [name, value] of fields) lengthMax += literalLengthMax(name) + literalLengthMax(value) + 1;
  const out = new Uint8Array(lengthMax);
  let at = 0;
  for (const [name, value] of fields) at = writeField(out, at, name, value, sensitiveNames.has(name));
  return out.slice(0, at);
}

function writeField(
  out: Uint8Array,
  offset: number,
  name: string,
  value: string,
  sensitive: boolean,
): number {
  const fieldIndex = sensitive ? 0 : staticIndexOfField(name, value);
  if (fieldIndex !== 0) return encodeInteger(out, offset, fieldIndex, indexedMask, indexedFlag);
  const nameIndex = staticIndexOfName(name);
  let at = encodeInteger(out, offset, nameIndex, literalMask, sensitive ? neverIndexedFlag : 0);
  if (nameIndex === 0) at = writeLiteral(out, at, name);
  return writeLiteral(out, at, value);
}

function writeLiteral(out: Uint8Array, offset: number, text: string): number {
  const huffmanLength = huffmanEncodedLength(text);
  if (huffmanLength < text.length) {
    return huffmanEncode(text, out, encodeInteger(out, offset, huffmanLength, lengthMask, huffmanFlag));
  }
  const at = encodeInteger(out, offset, text.length, lengthMask, 0);
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** Octets a literal takes at most, with its length prefix, or the index that stands for it. */
function literalLengthMax(text: string): number {
  if (text.length > integerMax) throw new RangeError("header text too long");
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0xff) throw new RangeError("header text beyond latin1");
  }
  return encodedIntegerLength(text.length, lengthMask) + text.length;
}
