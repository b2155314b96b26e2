// Prefix integers of HPACK (RFC 7541 5.1), bounded: no peer can make us read on and on, or overflow.

import { HpackError } from "./hpack-error.js";

/** The highest integer read or written: continuation octets carry at most 28 bits. */
export const integerMax = 2 ** 28 - 1;

const continuationShiftMax = 21;

/** A place in a header block. */
export interface IntegerCursor {
  readonly bytes: Uint8Array;
  /** Index of the next octet to read. */
  at: number;
  /** Index after the last octet of the block. */
  readonly end: number;
}

/**
 * Reads one integer and moves the cursor behind it.
 *
 * @param prefixMask the prefix's bits, all ones: 0x7f for a 7-bit prefix
 * @throws HpackError truncated, more than 4 continuation octets, or above `integerMax`
 */
export function decodeInteger(cursor: IntegerCursor, prefixMask: number): number {
  const { bytes, end } = cursor;
  let at = cursor.at;
  if (at >= end) throw new HpackError("truncated integer");
  let value = (bytes[at++] as number) & prefixMask;
  if (value === prefixMask) {
    for (let shift = 0; ; shift += 7) {
      if (shift > continuationShiftMax) throw new HpackError("integer too long");
      if (at >= end) throw new HpackError("truncated integer");
      const octet = bytes[at++] as number;
      value += (octet & 0x7f) << shift;
      if (octet < 0x80) break;
    }
    if (value > integerMax) throw new HpackError("integer too large");
  }
  cursor.at = at;
  return value;
}

/** How many octets `encodeInteger` writes. */
export function encodedIntegerLength(value: number, prefixMask: number): number {
  if (value < prefixMask) return 1;
  let length = 2;
  for (let rest = value - prefixMask; rest >= 0x80; rest >>>= 7) length++;
  return length;
}

/**
 * Writes one integer.
 *
 * @param flags the bits of the first octet outside the prefix
 * @returns the index after the last octet written
 * @throws RangeError value is not an integer from 0 to `integerMax`
 */
export function encodeInteger(
  out: Uint8Array,
  offset: number,
  value: number,
  prefixMask: number,
  flags: number,
): number {
  if (!Number.isInteger(value) || value < 0 || value > integerMax)
    throw new RangeError(`not an HPACK integer: ${value}`);
  let at = offset;
  if (value < prefixMask) {
    out[at++] = flags | value;
    return at;
  }
  out[at++] = flags | prefixMask;
  let rest = value - prefixMask;
  for (; rest >= 0x80; rest >>>= 7) out[at++] = (rest & 0x7f) | 0x80;
  out[at++] = rest;
  return at;
}
