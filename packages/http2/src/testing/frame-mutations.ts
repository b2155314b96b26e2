// Frames for fuzz targets: a few of every type, random ones, and changes that leave frames whole.

import type { Random } from "@subito/fuzz";
import { FRAME_HEADER_BYTES, Flag, FrameType, MAX_31_BITS, Setting } from "../frame-types.js";
import { readUint32, writeFrameHeader } from "../frames.js";
import { encodeHeaders } from "../hpack/encoder.js";
import { rawFrame, requestBlock, setting, uint32 } from "./raw-peer.js";

const flagsOf = [0, Flag.END_STREAM, Flag.END_HEADERS, 5, Flag.PADDED, Flag.PRIORITY, 0x2d, 0xff];
const numbers = [
  0,
  1,
  2,
  100,
  1000,
  16_383,
  16_384,
  65_535,
  65_536,
  MAX_31_BITS - 1,
  MAX_31_BITS,
  0xffff_ffff,
];

const trailers = encodeHeaders([["x-sum", "1"]]);
const blocks: readonly Uint8Array[] = [
  requestBlock(),
  requestBlock("/ready"),
  requestBlock("/reset"),
  requestBlock("/early"),
  requestBlock("/large"),
  requestBlock("/", [["content-length", "3"]]),
  requestBlock("/", [["te", "gzip"]]),
  requestBlock("/", [["x", "y".repeat(700)]]),
  requestBlock("/", [], ""),
  trailers,
  // Insertions into the dynamic table, and references to what was inserted.
  Buffer.from("828684418cf1e3c2e5f23a6ba0ab90f4ff", "hex"),
  Buffer.from("828684be", "hex"),
  Buffer.from("3fe11f828684be", "hex"),
  Buffer.from("20828684", "hex"),
];

const paddedHeaders = Buffer.concat([Buffer.from([2]), requestBlock(), Buffer.alloc(2)]);
const priorityHeaders = Buffer.concat([uint32(0), Buffer.from([16]), requestBlock()]);

/** One frame or more of every type. */
export const frameSeeds: readonly Uint8Array[] = [
  rawFrame(FrameType.SETTINGS, 0, 0),
  rawFrame(FrameType.SETTINGS, 0, 0, setting(Setting.INITIAL_WINDOW_SIZE, 10)),
  rawFrame(FrameType.SETTINGS, Flag.ACK, 0),
  ...blocks.map((block) => rawFrame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 1, block)),
  rawFrame(FrameType.HEADERS, Flag.END_HEADERS, 3, requestBlock()),
  rawFrame(FrameType.HEADERS, Flag.END_HEADERS | Flag.PADDED, 5, paddedHeaders),
  rawFrame(FrameType.HEADERS, Flag.END_HEADERS | Flag.PRIORITY, 7, priorityHeaders),
  Buffer.concat([
    rawFrame(FrameType.HEADERS, 0, 9, requestBlock().subarray(0, 3)),
    rawFrame(FrameType.CONTINUATION, 0, 9, requestBlock().subarray(3, 5)),
    rawFrame(FrameType.CONTINUATION, Flag.END_HEADERS, 9, requestBlock().subarray(5)),
  ]),
  rawFrame(FrameType.DATA, 0, 3, Buffer.from("abc")),
  rawFrame(FrameType.DATA, Flag.END_STREAM, 3, Buffer.from("abc")),
  rawFrame(FrameType.DATA, Flag.PADDED, 3, Buffer.from([3, 97, 0, 0, 0])),
  rawFrame(FrameType.DATA, Flag.END_STREAM, 5),
  rawFrame(FrameType.PRIORITY, 0, 3, Buffer.alloc(5, 1)),
  rawFrame(FrameType.RST_STREAM, 0, 3, uint32(8)),
  rawFrame(FrameType.PUSH_PROMISE, Flag.END_HEADERS, 3, Buffer.alloc(4, 2)),
  rawFrame(FrameType.PING, 0, 0, Buffer.from("12345678")),
  rawFrame(FrameType.PING, Flag.ACK, 0, Buffer.from("12345678")),
  rawFrame(FrameType.GOAWAY, 0, 0, Buffer.alloc(8)),
  rawFrame(FrameType.WINDOW_UPDATE, 0, 0, uint32(1000)),
  rawFrame(FrameType.WINDOW_UPDATE, 0, 3, uint32(1000)),
  rawFrame(FrameType.WINDOW_UPDATE, 0, 3, uint32(MAX_31_BITS)),
  rawFrame(0xaa, 0xff, 3, Buffer.from("unknown")),
];

/** A few frames in a row, most of them as a client would send them. */
export function randomFrames(random: Random): Uint8Array {
  const frames: Uint8Array[] = [];
  let newest = 1;
  for (let i = random.below(10); i >= 0; i--) {
    const id = random.oneIn(4) ? newest : 1 + 2 * random.below((newest + 1) >>> 1);
    if (random.below(3) === 0) {
      frames.push(rawFrame(FrameType.HEADERS, random.pick([4, 4, 5, 5, 0]), newest, random.pick(blocks)));
      newest += 2;
    } else {
      frames.push(withId(random.pick(frameSeeds), id));
    }
  }
  return Buffer.concat(frames);
}

/** Changes whole frames: their order, number, ids, flags, sizes and values. What is no frame at the end stays. */
export function mutateFrames(bytes: Uint8Array, random: Random): Uint8Array {
  const frames = splitFrames(bytes);
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(frames.length + 1);
    const frame = frames[at];
    if (frame === undefined || frame.length < FRAME_HEADER_BYTES) {
      frames.splice(at, 0, random.oneIn(3) ? randomFrames(random) : random.pick(frameSeeds));
      continue;
    }
    frames.splice(at, 1, ...change(frame, frames, random));
  }
  return Buffer.concat(frames);
}

function change(frame: Uint8Array, frames: readonly Uint8Array[], random: Random): Uint8Array[] {
  const copy = Buffer.from(frame);
  switch (random.below(9)) {
    case 0:
      return [];
    case 1:
      return [frame, frame];
    case 2:
      return [frame, random.pick(frames)];
    case 3:
      return [frame, withId(random.pick(frameSeeds), readUint32(frame, 5))];
    case 4:
      return [withId(frame, random.oneIn(8) ? random.pick(numbers) : random.below(16))];
    case 5:
      copy[4] = random.pick(flagsOf);
      return [copy];
    case 6:
      return [withPayload(frame, frame.subarray(FRAME_HEADER_BYTES, frame.length - random.below(4)))];
    case 7:
      return [
        withPayload(
          frame,
          Buffer.concat([frame.subarray(FRAME_HEADER_BYTES), Buffer.alloc(random.below(200), 97)]),
        ),
      ];
    default:
      if (copy.length < FRAME_HEADER_BYTES + 4) return [copy];
      copy.writeUInt32BE(
        random.pick(numbers),
        FRAME_HEADER_BYTES + random.below(copy.length - FRAME_HEADER_BYTES - 3),
      );
      return [copy];
  }
}

function withId(frame: Uint8Array, streamId: number): Uint8Array {
  const copy = Buffer.from(frame);
  if (copy.length >= FRAME_HEADER_BYTES) copy.writeUInt32BE(streamId, 5);
  return copy;
}

function withPayload(frame: Uint8Array, payload: Uint8Array): Uint8Array {
  const out = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
  writeFrameHeader(out, 0, payload.length, frame[3] as number, frame[4] as number, readUint32(frame, 5));
  out.set(payload, FRAME_HEADER_BYTES);
  return out;
}

/** The frames of `bytes`, and as the last what is none. */
function splitFrames(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let at = 0;
  while (bytes.length - at >= FRAME_HEADER_BYTES) {
    const end = at + FRAME_HEADER_BYTES + (readUint32(bytes, at) >>> 8);
    if (end > bytes.length) break;
    frames.push(bytes.subarray(at, end));
    at = end;
  }
  if (at < bytes.length) frames.push(bytes.subarray(at));
  return frames;
}
