// Builders of whole frames. Small, and used off the hot path; replies and DATA go through stamped-frames.ts.

import { FRAME_HEADER_BYTES, FrameType, Flag } from "./frame-types.js";
import type { ErrorCode } from "./error-code.js";

/** Writes a frame header at `offset` (RFC 9113 4.1). */
export function writeFrameHeader(
  out: Uint8Array,
  offset: number,
  payloadBytes: number,
  type: number,
  flags: number,
  streamId: number,
): void {
  out[offset] = payloadBytes >>> 16;
  out[offset + 1] = payloadBytes >>> 8;
  out[offset + 2] = payloadBytes;
  out[offset + 3] = type;
  out[offset + 4] = flags;
  writeUint32(out, offset + 5, streamId);
}

export function writeUint32(out: Uint8Array, offset: number, value: number): void {
  out[offset] = value >>> 24;
  out[offset + 1] = value >>> 16;
  out[offset + 2] = value >>> 8;
  out[offset + 3] = value;
}

export function readUint32(bytes: Uint8Array, offset: number): number {
  return (
    (((bytes[offset] as number) << 24) |
      ((bytes[offset + 1] as number) << 16) |
      ((bytes[offset + 2] as number) << 8) |
      (bytes[offset + 3] as number)) >>>
    0
  );
}

function frame(payloadBytes: number, type: number, flags: number, streamId: number): Buffer {
  const out = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payloadBytes);
  writeFrameHeader(out, 0, payloadBytes, type, flags, streamId);
  return out;
}

export function settingsFrame(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const out = frame(settings.length * 6, FrameType.SETTINGS, 0, 0);
  settings.forEach(([id, value], i) => {
    out.writeUInt16BE(id, FRAME_HEADER_BYTES + i * 6);
    out.writeUInt32BE(value, FRAME_HEADER_BYTES + i * 6 + 2);
  });
  return out;
}

export const settingsAckFrame: Uint8Array = frame(0, FrameType.SETTINGS, Flag.ACK, 0);

/** The answer to a PING: the same eight bytes (RFC 9113 6.7). */
export function pingAckFrame(payload: Uint8Array): Buffer {
  const out = frame(8, FrameType.PING, Flag.ACK, 0);
  out.set(payload, FRAME_HEADER_BYTES);
  return out;
}

export function windowUpdateFrame(streamId: number, incrementBytes: number): Buffer {
  const out = frame(4, FrameType.WINDOW_UPDATE, 0, streamId);
  writeUint32(out, FRAME_HEADER_BYTES, incrementBytes);
  return out;
}

export function rstStreamFrame(streamId: number, code: ErrorCode): Buffer {
  const out = frame(4, FrameType.RST_STREAM, 0, streamId);
  writeUint32(out, FRAME_HEADER_BYTES, code);
  return out;
}

export function goawayFrame(lastStreamId: number, code: ErrorCode, debug: string): Buffer {
  const text = Buffer.from(debug, "utf8");
  const out = frame(8 + text.length, FrameType.GOAWAY, 0, 0);
  writeUint32(out, FRAME_HEADER_BYTES, lastStreamId);
  writeUint32(out, FRAME_HEADER_BYTES + 4, code);
  out.set(text, FRAME_HEADER_BYTES + 8);
  return out;
}

/** A header block as HEADERS plus, when it is longer than a frame, CONTINUATION (RFC 9113 6.10). */
export function headersFrames(
  streamId: number,
  block: Uint8Array,
  endStream: boolean,
  frameBytesMax: number,
): Buffer {
  const parts = Math.max(1, Math.ceil(block.length / frameBytesMax));
  const out = Buffer.allocUnsafe(block.length + parts * FRAME_HEADER_BYTES);
  let at = 0;
  for (let part = 0; part < parts; part++) {
    const piece = block.subarray(part * frameBytesMax, (part + 1) * frameBytesMax);
    const type = part === 0 ? FrameType.HEADERS : FrameType.CONTINUATION;
    const flags =
      (part === 0 && endStream ? Flag.END_STREAM : 0) | (part === parts - 1 ? Flag.END_HEADERS : 0);
    writeFrameHeader(out, at, piece.length, type, flags, streamId);
    out.set(piece, at + FRAME_HEADER_BYTES);
    at += FRAME_HEADER_BYTES + piece.length;
  }
  return out;
}
