// Header blocks as bytes (RFC 7541), right or wrong, and as much of a decoder as it takes to read a status.

/** Indexes of the static table (RFC 7541 appendix A). */
export const GET = 2;
export const POST = 3;
export const ROOT_PATH = 4;
const AUTHORITY_NAME = 1;
const PATH_NAME = 4;
const SCHEME_HTTP = 6;
/** The newest entry of the dynamic table. */
export const NEWEST = 62;

const staticStatuses = new Map([
  [8, 200],
  [9, 204],
  [10, 206],
  [11, 304],
  [12, 400],
  [13, 404],
  [14, 500],
]);
const STATUS_NAME = 8;
/** "grpc-status" in the Huffman code of RFC 7541 appendix B. */
const grpcStatusName = Buffer.from("9acac8b21234da8f", "hex");

/**
 * An integer under the pattern of its representation (RFC 7541 5.1).
 * @param {number} pattern
 * @param {number} prefixBits
 * @param {number} value
 */
export function toInteger(pattern, prefixBits, value) {
  const prefixMax = (1 << prefixBits) - 1;
  if (value < prefixMax) return Buffer.from([pattern | value]);
  const octets = [pattern | prefixMax];
  let rest = value - prefixMax;
  for (; rest >= 128; rest = Math.floor(rest / 128)) octets.push((rest % 128) | 128);
  return Buffer.from([...octets, rest]);
}

/** @param {number} index */
export function toIndexed(index) {
  return toInteger(0x80, 7, index);
}

/** A dynamic table size update (RFC 7541 6.3). @param {number} bytesMax */
export function toSizeUpdate(bytesMax) {
  return toInteger(0x20, 5, bytesMax);
}

/** A string literal without Huffman code. @param {string} text */
export function toText(text) {
  const octets = Buffer.from(text, "latin1");
  return Buffer.concat([toInteger(0, 7, octets.length), octets]);
}

/** A field that the peer's table takes (RFC 7541 6.2.1). @param {string} name @param {string} value */
export function toInserted(name, value) {
  return Buffer.concat([Buffer.from([0x40]), toText(name), toText(value)]);
}

/** A field without an entry (RFC 7541 6.2.2). @param {string} name @param {string} value */
export function toLiteral(name, value) {
  return Buffer.concat([Buffer.from([0x00]), toText(name), toText(value)]);
}

/** A field that nobody on the way may enter into a table (RFC 7541 6.2.3). @param {string} name @param {string} value */
export function toNeverIndexed(name, value) {
  return Buffer.concat([Buffer.from([0x10]), toText(name), toText(value)]);
}

/** @param {number} nameIndex of the static table @param {string} value */
function toNamed(nameIndex, value) {
  return Buffer.concat([toInteger(0x00, 4, nameIndex), toText(value)]);
}

/**
 * A request's header block.
 * @param {string} path
 * @param {{ method?: number, fields?: readonly (readonly [name: string, value: string])[] }} [options] `method`: GET or POST
 */
export function toRequest(path, { method = GET, fields = [] } = {}) {
  return Buffer.concat([
    Buffer.from([0x80 | method, 0x80 | SCHEME_HTTP]),
    toNamed(PATH_NAME, path),
    toNamed(AUTHORITY_NAME, "localhost"),
    ...fields.map(([name, value]) => toLiteral(name, value)),
  ]);
}

/** The header block of a gRPC call. @param {string} path @param {readonly (readonly [string, string])[]} [fields] */
export function toGrpcRequest(path, fields = []) {
  const all = /** @type {[string, string][]} */ ([
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ]);
  return toRequest(path, { method: POST, fields: [...all, ...fields] });
}

/**
 * The statuses in a header block of this server, which uses no dynamic table and writes digits without Huffman code.
 * @param {Buffer} block
 * @returns {{ status?: number, grpcStatus?: number }}
 */
export function readStatuses(block) {
  /** @type {{ status?: number, grpcStatus?: number }} */
  const found = {};
  let at = 0;
  const readInteger = (/** @type {number} */ prefixBits) => {
    const prefixMax = (1 << prefixBits) - 1;
    let value = block.readUInt8(at++) & prefixMax;
    if (value < prefixMax) return value;
    for (let factor = 1, octet = 128; octet >= 128; factor *= 128) {
      octet = block.readUInt8(at++);
      value += (octet % 128) * factor;
    }
    return value;
  };
  const readOctets = () => {
    const length = readInteger(7);
    at += length;
    return block.subarray(at - length, at);
  };
  while (at < block.length) {
    const octet = block.readUInt8(at);
    if (octet >= 0x80) {
      const status = staticStatuses.get(readInteger(7));
      if (status !== undefined) found.status = status;
    } else if (octet >= 0x20 && octet < 0x40) {
      readInteger(5);
    } else {
      const nameIndex = readInteger(octet >= 0x40 ? 6 : 4);
      const name = nameIndex === 0 ? readOctets() : undefined;
      const value = readOctets().toString("latin1");
      if (nameIndex === STATUS_NAME) found.status = Number(value);
      if (name?.equals(grpcStatusName)) found.grpcStatus = Number(value);
    }
  }
  return found;
}
