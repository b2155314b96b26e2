// Reads the fields of a protobuf message one by one, for the few messages that the drivers must look into.

/** @typedef {{ number: number, value: number | Buffer }} Field  a varint as a number, else its bytes */

const WIRE_VARINT = 0;
const WIRE_BYTES = 2;

/**
 * @param {Buffer} bytes @param {number} at
 * @returns {{ value: number, end: number }} exact up to 2^53
 */
export function readVarint(bytes, at) {
  let value = 0;
  let factor = 1;
  let end = at;
  for (;;) {
    const byte = bytes[end++];
    if (byte === undefined) throw new Error("a protobuf message was cut");
    value += (byte & 127) * factor;
    if (byte < 128) return { value, end };
    factor *= 128;
  }
}

/**
 * @param {Buffer} message  whole
 * @returns {Field[]}
 * @throws {Error} on wire types that none of these messages has
 */
export function readFields(message) {
  const fields = [];
  let at = 0;
  while (at < message.length) {
    const tag = readVarint(message, at);
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    const { value, end } = readVarint(message, tag.end);
    if (wire === WIRE_VARINT) fields.push({ number, value });
    else if (wire === WIRE_BYTES) fields.push({ number, value: message.subarray(end, end + value) });
    else throw new Error(`protobuf wire type ${wire}`);
    at = wire === WIRE_VARINT ? end : end + value;
  }
  return fields;
}

/** @param {readonly Field[]} fields @param {number} number @returns {number} 0 where it is not there */
export function numberOf(fields, number) {
  const value = fields.find((field) => field.number === number)?.value;
  return typeof value === "number" ? value : 0;
}

/** @param {readonly Field[]} fields @param {number} number @returns {Buffer | null} */
export function bytesOf(fields, number) {
  const value = fields.find((field) => field.number === number)?.value;
  return Buffer.isBuffer(value) ? value : null;
}
