// The few pieces of protobuf that the hot messages are written with.

/** gRPC's message prefix: a flag and a length. */
export const PREFIX_BYTES = 5;

const TWO_TO_32 = 0x1_0000_0000;

/** Bytes of a whole number below 2^53 as a varint. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; bytes++)
    rest = rest < TWO_TO_32 ? rest >>> 7 : Math.floor(rest / 0x80);
  return bytes;
}

export function writeVarint(out: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest >= TWO_TO_32) {
    out[at++] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  while (rest >= 0x80) {
    out[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[at] = rest;
  return at + 1;
}

export function writePrefix(out: Buffer, at: number, messageBytes: number): number {
  out[at] = 0;
  out[at + 1] = messageBytes >>> 24;
  out[at + 2] = messageBytes >>> 16;
  out[at + 3] = messageBytes >>> 8;
  out[at + 4] = messageBytes;
  return at + PREFIX_BYTES;
}

export function writeBytes(out: Buffer, at: number, bytes: Uint8Array): number {
  out.set(bytes, at);
  return at + bytes.length;
}

export function stringBytes(text: string): number {
  return Buffer.byteLength(text);
}

/** A string behind its length. */
export function writeString(out: Buffer, at: number, text: string): number {
  const start = writeVarint(out, at, stringBytes(text));
  return start + out.write(text, start);
}
