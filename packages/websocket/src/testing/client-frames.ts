// Frames of a client for tests, good ones and broken ones, and a plain reader of what a server sends.

import { deflateRawSync, constants, inflateRawSync } from "node:zlib";
import { Opcode } from "../opcode.js";

export interface ClientFrameOptions {
  /** False: more of the message follows. */
  readonly fin?: boolean;
  /** Bits of 0x70. */
  readonly reserved?: number;
  /** Four bytes; undefined: the frame is not masked. */
  readonly key?: Uint8Array | undefined;
  /** In place of the payload's own length, or of the shortest way to write it. */
  readonly length?: Uint8Array;
}

export const testKey = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** A frame as clients send them. */
export function clientFrame(
  opcode: number,
  payload: Uint8Array | string = "",
  options: ClientFrameOptions = {},
): Buffer {
  const { fin = true, reserved = 0 } = options;
  const key = "key" in options ? options.key : testKey;
  const bytes = Buffer.from(payload as Uint8Array);
  const length = Buffer.from(options.length ?? shortestLength(bytes.length));
  if (key !== undefined) length[0] = (length[0] as number) | 0x80;
  const masked = key === undefined ? bytes : bytes.map((byte, i) => byte ^ (key[i % 4] as number));
  return Buffer.concat([
    Buffer.from([(fin ? 0x80 : 0) | reserved | opcode]),
    length,
    key ?? Buffer.alloc(0),
    masked,
  ]);
}

function shortestLength(length: number): Buffer {
  if (length < 126) return Buffer.from([length]);
  if (length <= 0xffff) return Buffer.from([126, length >> 8, length & 0xff]);
  return length64(BigInt(length));
}

/** The 64-bit form of a length. */
export function length64(length: bigint): Buffer {
  const bytes = Buffer.alloc(9, 127);
  bytes.writeBigUInt64BE(length, 1);
  return bytes;
}

export function textFrame(text: string): Buffer {
  return clientFrame(Opcode.TEXT, text);
}

/** `code`, then `reason`. */
export function closePayload(code: number, reason: Uint8Array | string = ""): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason as Uint8Array)]);
}

/** A compressed message (RFC 7692). */
export function deflatedFrame(opcode: number, payload: Uint8Array | string): Buffer {
  const deflated = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH });
  return clientFrame(opcode, deflated.subarray(0, deflated.length - 4), { reserved: 0x40 });
}

export interface ServerFrame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly reserved: number;
  /** As it is on the wire. */
  readonly payload: Buffer;
}

/** The whole frames at the start of `bytes`, and how many bytes they are. Throws for a masked one. */
export function readServerFrames(bytes: Buffer): { readonly frames: ServerFrame[]; readonly length: number } {
  const frames: ServerFrame[] = [];
  let at = 0;
  while (bytes.length - at >= 2) {
    const [first, second] = [bytes[at] as number, bytes[at + 1] as number];
    if (second >= 0x80) throw new Error("a server does not mask");
    const lengthBytes = second === 127 ? 8 : second === 126 ? 2 : 0;
    const payloadAt = at + 2 + lengthBytes;
    if (bytes.length < payloadAt) break;
    const payloadBytes =
      lengthBytes === 0
        ? second
        : lengthBytes === 2
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    if (bytes.length < payloadAt + payloadBytes) break;
    frames.push({
      opcode: first & 0x0f,
      fin: first >= 0x80,
      reserved: first & 0x70,
      payload: Buffer.from(bytes.subarray(payloadAt, payloadAt + payloadBytes)),
    });
    at = payloadAt + payloadBytes;
  }
  return { frames, length: at };
}

/** The payload of a compressed frame. */
export function inflated(frame: ServerFrame): Buffer {
  const tail = Buffer.from([0, 0, 0xff, 0xff]);
  return inflateRawSync(Buffer.concat([frame.payload, tail]), { finishFlush: constants.Z_SYNC_FLUSH });
}

/** `text:…`, `close:1000 …` and so on: frames in short, for comparing. */
export function tell(frame: ServerFrame): string {
  const { opcode, payload } = frame;
  switch (opcode) {
    case Opcode.TEXT:
      return `text:${(frame.reserved === 0 ? payload : inflated(frame)).toString()}`;
    case Opcode.BINARY:
      return `binary:${(frame.reserved === 0 ? payload : inflated(frame)).toString("latin1")}`;
    case Opcode.CLOSE:
      return payload.length < 2 ? "close" : `close:${payload.readUInt16BE(0)} ${payload.toString("utf8", 2)}`;
    case Opcode.PING:
      return `ping:${payload.toString("latin1")}`;
    case Opcode.PONG:
      return `pong:${payload.toString("latin1")}`;
    default:
      return `opcode ${opcode}`;
  }
}
