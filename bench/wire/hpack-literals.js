// HPACK (RFC 7541) for a client that needs no decoder: fields as literals, or entered once and then referred to by index.

/** @typedef {ReadonlyArray<readonly [name: string, value: string]>} HeaderList */

const LITERAL_NOT_INDEXED = 0x00;
const LITERAL_INDEXED = 0x40;
const INDEX_REFERENCE = 0x80;
const FIRST_DYNAMIC_INDEX = 62;

/**
 * An integer with a prefix of `bits` bits, under the pattern of the representation (RFC 7541 section 5.1).
 * @param {number} pattern @param {number} bits @param {number} value
 * @returns {number[]}
 */
function toInteger(pattern, bits, value) {
  const prefixMax = (1 << bits) - 1;
  if (value < prefixMax) return [pattern | value];
  const bytes = [pattern | prefixMax];
  let rest = value - prefixMax;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}

/** @param {string} text @returns {Buffer} */
function toStringLiteral(text) {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([Buffer.from(toInteger(0, 7, bytes.length)), bytes]);
}

/** @param {number} pattern @param {HeaderList} headers @returns {Buffer} */
function toLiterals(pattern, headers) {
  return Buffer.concat(
    headers.map(([name, value]) =>
      Buffer.concat([Buffer.from([pattern]), toStringLiteral(name), toStringLiteral(value)]),
    ),
  );
}

/**
 * A header block of literals that leave the dynamic table as it is.
 * @param {HeaderList} headers
 * @returns {Buffer}
 */
export function toLiteralBlock(headers) {
  return toLiterals(LITERAL_NOT_INDEXED, headers);
}

/**
 * Two blocks for the same headers on a connection whose dynamic table is still empty: `first` enters every field,
 * `next` refers to the entries, as gRPC clients do from their second call on.
 * @param {HeaderList} headers
 * @returns {{ first: Buffer, next: Buffer }}
 */
export function toIndexedBlocks(headers) {
  const references = headers.map((_, at) => FIRST_DYNAMIC_INDEX + headers.length - 1 - at);
  return {
    first: toLiterals(LITERAL_INDEXED, headers),
    next: Buffer.from(references.flatMap((index) => toInteger(INDEX_REFERENCE, 7, index))),
  };
}
