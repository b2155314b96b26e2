// Holds what a server has sent against RFC 9113, as a strict client would.

import assert from "node:assert/strict";
import {
  FRAME_HEADER_BYTES,
  DEFAULT_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  Flag,
  FrameType,
  Setting,
} from "../frame-types.js";
import { readUint32 } from "../frames.js";
import { HpackDecoder } from "../hpack/decoder.js";
import { InternTable } from "../hpack/intern-table.js";

interface SentStream {
  responded: boolean;
  ended: boolean;
  reset: boolean;
  dataBytes: number;
}

/** What the client has sent, as far as it gives the server rights. Upper bounds, whenever the frames came. */
export interface ClientGrants {
  /** The highest id of a HEADERS frame. */
  readonly lastStreamId: number;
  readonly pings: number;
  readonly settings: number;
  readonly frameBytesMax: number;
  readonly initialWindowBytes: number;
  readonly windowBytes: ReadonlyMap<number, number>;
}

const interned = new InternTable({ seed: 3 });

/** Throws AssertionError for the first thing that is wrong with `bytes`; `isWhole` says that nothing was cut off. */
export function checkOutput(bytes: Buffer, grants: ClientGrants, isWhole: boolean): void {
  const streams = new Map<number, SentStream>();
  const decoder = new HpackDecoder({ tableBytesMax: 4096, headerListBytesMax: 1 << 20, interned });
  let at = 0;
  let [pings, settings, dataBytes, isOver] = [0, 0, 0, false];
  while (bytes.length - at >= FRAME_HEADER_BYTES) {
    const payloadBytes = readUint32(bytes, at) >>> 8;
    const type = bytes[at + 3] as number;
    const flags = bytes[at + 4] as number;
    const id = readUint32(bytes, at + 5);
    const payload = bytes.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + payloadBytes);
    if (payload.length < payloadBytes) break;
    at += FRAME_HEADER_BYTES + payloadBytes;
    const name = `frame of type ${type} on stream ${id}`;
    assert.ok(!isOver, `${name} behind a GOAWAY with an error`);
    assert.ok(payloadBytes <= grants.frameBytesMax, `${name} of ${payloadBytes} bytes`);
    if (type === FrameType.SETTINGS || type === FrameType.PING || type === FrameType.GOAWAY) {
      assert.equal(id, 0, name);
      if (type === FrameType.PING)
        assert.ok(flags === Flag.ACK && payloadBytes === 8 && ++pings <= grants.pings, name);
      if (type === FrameType.SETTINGS && flags === Flag.ACK) assert.ok(++settings <= grants.settings, name);
      if (type === FrameType.GOAWAY) isOver = readUint32(payload, 4) !== 0;
      continue;
    }
    if (type === FrameType.WINDOW_UPDATE && id === 0) {
      assert.ok(readUint32(payload, 0) > 0, name);
      continue;
    }
    assert.ok(id % 2 === 1 && id <= grants.lastStreamId, `${name}, which is idle`);
    const stream = streams.get(id) ?? { responded: false, ended: false, reset: false, dataBytes: 0 };
    streams.set(id, stream);
    if (type === FrameType.DATA) dataBytes += payloadBytes;
    checkStreamFrame(stream, { type, flags, payload, name }, decoder);
    const windowBytes = grants.initialWindowBytes + (grants.windowBytes.get(id) ?? 0);
    assert.ok(stream.dataBytes <= windowBytes, `${name}: more DATA than its window`);
    const connectionBytes = DEFAULT_WINDOW_BYTES + (grants.windowBytes.get(0) ?? 0);
    assert.ok(dataBytes <= connectionBytes, `${name}: more DATA than the connection's window`);
  }
  if (isWhole) assert.equal(at, bytes.length, "part of a frame at the end");
}

function checkStreamFrame(
  stream: SentStream,
  frame: { type: number; flags: number; payload: Uint8Array; name: string },
  decoder: HpackDecoder,
): void {
  const { type, flags, payload, name } = frame;
  assert.ok(!stream.reset, `${name}, which was reset`);
  const ends = (flags & Flag.END_STREAM) !== 0;
  switch (type) {
    case FrameType.DATA:
      assert.ok(stream.responded && !stream.ended, `${name} out of place`);
      stream.dataBytes += payload.length;
      stream.ended = ends;
      break;
    case FrameType.HEADERS: {
      assert.ok(!stream.ended && (ends || !stream.responded), `${name} out of place`);
      assert.ok((flags & Flag.END_HEADERS) !== 0, `${name} without its end`);
      const { fields } = decoder.decode(payload);
      assert.equal(fields.includes(":status"), !stream.responded, `${name}: status or trailers`);
      stream.responded = true;
      stream.ended = ends;
      break;
    }
    case FrameType.RST_STREAM:
      assert.equal(payload.length, 4, name);
      stream.reset = true;
      break;
    case FrameType.WINDOW_UPDATE:
      assert.ok(readUint32(payload, 0) > 0, name);
      break;
    default:
      assert.fail(`${name} from a server`);
  }
}

/** Reads what `bytes` (whole frames, without the preface) give the server at most; what is no frame ends it. */
export function readGrants(bytes: Uint8Array): ClientGrants {
  const windowBytes = new Map<number, number>();
  const grants = {
    lastStreamId: 0,
    pings: 0,
    settings: 0,
    frameBytesMax: DEFAULT_FRAME_BYTES,
    initialWindowBytes: DEFAULT_WINDOW_BYTES,
  };
  for (let at = 0; bytes.length - at >= FRAME_HEADER_BYTES;) {
    const payloadBytes = readUint32(bytes, at) >>> 8;
    const type = bytes[at + 3] as number;
    const id = readUint32(bytes, at + 5) & 0x7fff_ffff;
    const payload = bytes.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + payloadBytes);
    at += FRAME_HEADER_BYTES + payloadBytes;
    if (type === FrameType.HEADERS) grants.lastStreamId = Math.max(grants.lastStreamId, id);
    if (type === FrameType.PING) grants.pings++;
    if (type === FrameType.SETTINGS) grants.settings++;
    if (type === FrameType.WINDOW_UPDATE && payload.length === 4)
      windowBytes.set(id, (windowBytes.get(id) ?? 0) + (readUint32(payload, 0) & 0x7fff_ffff));
    if (type !== FrameType.SETTINGS) continue;
    for (let i = 0; i + 6 <= payload.length; i += 6) {
      const value = readUint32(payload, i + 2);
      if (payload[i + 1] === Setting.INITIAL_WINDOW_SIZE)
        grants.initialWindowBytes = Math.max(grants.initialWindowBytes, value);
      if (payload[i + 1] === Setting.MAX_FRAME_SIZE)
        grants.frameBytesMax = Math.max(grants.frameBytesMax, value);
    }
  }
  return { ...grants, windowBytes };
}
