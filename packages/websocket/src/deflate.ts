// permessage-deflate (RFC 7692) without context between messages: what is compressed once is good for every socket.

import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { SocketError } from "./fault.js";
import { type OutMessage, headerBytes, writeHeader } from "./out-message.js";
import type { Opcode } from "./opcode.js";

const RSV1 = 0x40;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
/** What a flush ends with, and a message goes without (RFC 7692 7.2.1). */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
/** The event loop waits for it: the fastest level has most of the gain. */
const LEVEL = 1;

/** The frames of `message` with payloads of `bytesMin` and more compressed; made once. */
export function deflatedFrames(message: OutMessage, bytesMin: number): Uint8Array {
  return (message.deflated ??= deflateFrames(message.frames, bytesMin));
}

function deflateFrames(frames: Uint8Array, bytesMin: number): Uint8Array {
  const bytes = Buffer.from(frames.buffer, frames.byteOffset, frames.length);
  const pieces: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const opcode = ((bytes[at] as number) & 0x0f) as Opcode;
    const length = (bytes[at + 1] as number) & 0x7f;
    const payloadBytes = lengthOf(bytes, at + 2, length);
    at += headerBytes(payloadBytes);
    const payload = bytes.subarray(at, at + payloadBytes);
    at += payloadBytes;
    const deflated = payloadBytes < bytesMin ? undefined : deflatePayload(payload);
    // Some grow: images, and what is encrypted.
    if (deflated === undefined || deflated.length >= payloadBytes) {
      pieces.push(bytes.subarray(start, at));
      continue;
    }
    const header = Buffer.allocUnsafe(headerBytes(deflated.length));
    writeHeader(header, opcode, deflated.length, RSV1);
    pieces.push(header, deflated);
  }
  return pieces.length === 1 ? frames : Buffer.concat(pieces);
}

function lengthOf(bytes: Buffer, at: number, length: number): number {
  if (length === LENGTH_16) return bytes.readUInt16BE(at);
  return length === LENGTH_64 ? Number(bytes.readBigUInt64BE(at)) : length;
}

function deflatePayload(payload: Buffer): Buffer {
  const deflated = deflateRawSync(payload, { level: LEVEL, finishFlush: constants.Z_SYNC_FLUSH });
  return deflated.subarray(0, deflated.length - TAIL.length);
}

/** A received message, uncompressed. Throws SocketError when it is longer than `bytesMax`, or no DEFLATE. */
export function inflateMessage(bytes: Uint8Array, bytesMax: number): Buffer {
  try {
    return inflateRawSync(Buffer.concat([bytes, TAIL]), {
      maxOutputLength: bytesMax,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw new SocketError("message_too_big", "the message is too big");
    throw new SocketError("bad_compression", "the message is not compressed as it says");
  }
}
