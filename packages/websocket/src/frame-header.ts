// The header of a client's frame (RFC 6455 5.2), and which may come when.

import { SocketError } from "./fault.js";
import { Opcode } from "./opcode.js";

export const HEADER_BYTES_MAX = 14;
export const CONTROL_BYTES_MAX = 125;

const FIN = 0x80;
const RSV1 = 0x40;
const RSV_2_3 = 0x30;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const TWO_32 = 0x1_0000_0000;

/** How long the header is whose first two bytes stand at `at`. */
export function headerLength(bytes: Uint8Array, at: number): number {
  const second = bytes[at + 1] as number;
  const length = second & 0x7f;
  const lengthBytes = length === LENGTH_64 ? 8 : length === LENGTH_16 ? 2 : 0;
  return 2 + lengthBytes + ((second & MASKED) === 0 ? 0 : 4);
}

/** One header; reused, so that a frame costs no object. */
export class FrameHeader {
  fin = false;
  /** The message is compressed (RFC 7692 6). */
  compressed = false;
  opcode: Opcode = Opcode.CONTINUATION;
  payloadBytes = 0;
  /** The mask's first byte lowest. */
  key = 0;

  /**
   * Reads a whole header. `insideMessage`: fragments of a message have come, and its last one has not. Throws SocketError for what may
   * not come.
   */
  read(bytes: Uint8Array, at: number, insideMessage: boolean, mayCompress: boolean): void {
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    this.fin = (first & FIN) !== 0;
    this.compressed = (first & RSV1) !== 0;
    this.opcode = toOpcode(first & 0x0f);
    if ((first & RSV_2_3) !== 0) throw broken("a reserved bit is set");
    if (this.compressed && !(mayCompress && isFirstOfMessage(this.opcode)))
      throw broken("a reserved bit is set");
    if ((second & MASKED) === 0) throw broken("a frame is not masked");
    this.#checkPlace(insideMessage);
    this.#readLength(bytes, at + 2, second & 0x7f);
    if (isControl(this.opcode)) {
      if (!this.fin) throw broken("a control frame is fragmented");
      if (this.payloadBytes > CONTROL_BYTES_MAX) throw broken("a control frame is too long");
    }
  }

  #checkPlace(insideMessage: boolean): void {
    if (isControl(this.opcode)) return;
    const isContinuation = this.opcode === Opcode.CONTINUATION;
    if (isContinuation && !insideMessage) throw broken("a message begins with a continuation");
    if (!isContinuation && insideMessage) throw broken("a message begins inside of another");
  }

  #readLength(bytes: Uint8Array, at: number, length: number): void {
    let keyAt = at;
    this.payloadBytes = length;
    if (length === LENGTH_16) {
      this.payloadBytes = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
      if (this.payloadBytes < LENGTH_16) throw broken("a length is longer than it need be");
      keyAt = at + 2;
    } else if (length === LENGTH_64) {
      const high = (readLittle(bytes, at) & 0x80) !== 0;
      if (high) throw broken("a length has its highest bit set");
      this.payloadBytes = readBig(bytes, at) * TWO_32 + readBig(bytes, at + 4);
      if (this.payloadBytes <= 0xffff) throw broken("a length is longer than it need be");
      keyAt = at + 8;
    }
    this.key = readLittle(bytes, keyAt);
  }
}

export function isControl(opcode: Opcode): boolean {
  return (opcode & 0x8) !== 0;
}

function isFirstOfMessage(opcode: Opcode): boolean {
  return opcode === Opcode.TEXT || opcode === Opcode.BINARY;
}

function toOpcode(bits: number): Opcode {
  if (bits <= Opcode.BINARY || (bits >= Opcode.CLOSE && bits <= Opcode.PONG)) return bits as Opcode;
  throw broken("a frame has an unknown opcode");
}

function broken(reason: string): SocketError {
  return new SocketError("protocol", reason);
}

/** 32 bits with the first byte lowest, signed. */
function readLittle(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** 32 bits with the first byte highest, not signed. */
function readBig(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) * 0x100_0000 +
    (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
  );
}
