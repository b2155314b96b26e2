// Messages as a server sends them: framed once (RFC 6455 5.2), without a mask, for any number of sockets.

import { Opcode } from "./opcode.js";

/** One message, or several in a row. Made by the functions of this file. */
export class OutMessage {
  /** Frames as they are on the wire. */
  readonly frames: Uint8Array;
  /** The same for sockets that take compressed messages; made when the first of them is sent it. The package's own. */
  deflated: Uint8Array | undefined = undefined;

  constructor(frames: Uint8Array) {
    this.frames = frames;
  }
}

const FIN = 0x80;
/** What a length of the first 7 bits means that is none (RFC 6455 5.2). */
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const TWO_32 = 0x1_0000_0000;

/** Bytes of an unmasked frame's header before `payloadBytes`. */
export function headerBytes(payloadBytes: number): number {
  if (payloadBytes < LENGTH_16) return 2;
  return payloadBytes <= 0xffff ? 4 : 10;
}

/** Writes the header of a whole, unmasked message or control frame to the start of `into`; `rsv1` as of RFC 7692. Returns its length. */
export function writeHeader(into: Buffer, opcode: Opcode, payloadBytes: number, rsv1 = 0): number {
  into[0] = FIN | rsv1 | opcode;
  if (payloadBytes < LENGTH_16) {
    into[1] = payloadBytes;
    return 2;
  }
  if (payloadBytes <= 0xffff) {
    into[1] = LENGTH_16;
    into.writeUInt16BE(payloadBytes, 2);
    return 4;
  }
  into[1] = LENGTH_64;
  into.writeUInt32BE(Math.floor(payloadBytes / TWO_32), 2);
  into.writeUInt32BE(payloadBytes % TWO_32, 6);
  return 10;
}

/** A text message of `text`, which is JSON for most. */
export function textMessage(text: string): OutMessage {
  const payloadBytes = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(headerBytes(payloadBytes) + payloadBytes);
  frame.write(text, writeHeader(frame, Opcode.TEXT, payloadBytes));
  return new OutMessage(frame);
}

/** A binary message of `parts`, one behind the other. */
export function binaryMessage(parts: readonly Uint8Array[]): OutMessage {
  const payloadBytes = parts.reduce((sum, part) => sum + part.length, 0);
  const frame = Buffer.allocUnsafe(headerBytes(payloadBytes) + payloadBytes);
  let at = writeHeader(frame, Opcode.BINARY, payloadBytes);
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return new OutMessage(frame);
}

/** Several messages in a row, to be sent as one. */
export function joinMessages(messages: readonly OutMessage[]): OutMessage {
  const [first] = messages;
  if (messages.length === 1 && first !== undefined) return first;
  return new OutMessage(Buffer.concat(messages.map(({ frames }) => frames)));
}

/** A control frame; `payload` has 125 bytes at most. */
export function controlFrame(opcode: Opcode, payload: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(2 + payload.length);
  frame.set(payload, writeHeader(frame, opcode, payload.length));
  return frame;
}
