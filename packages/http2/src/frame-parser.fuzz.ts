// Fuzzes the frame parser: any bytes, cut anyhow, give the events that a slow reader of the whole finds.

import assert from "node:assert/strict";
import { type FuzzTarget, type Random, cutAtRandom, latin1, lend, randomOf } from "@subito/fuzz";
import { ErrorCode } from "./error-code.js";
import { CONNECTION_FAULTS, ConnectionError } from "./fault.js";
import { FrameParser } from "./frame-parser.js";
import { checkFrameHeader } from "./frame-rules.js";
import { CLIENT_PREFACE, FRAME_HEADER_BYTES, Flag, FrameType } from "./frame-types.js";
import { readUint32 } from "./frames.js";
import { frameSeeds, mutateFrames, randomFrames } from "./testing/frame-mutations.js";

// Small, so that the fuzzer meets it; a frame may be as long as this.
const FRAME_BYTES_MAX = 300;

/** What a handler heard, in an order that does not depend on how the bytes were cut. */
function parse(pieces: readonly Uint8Array[]): string[] {
  const events: string[] = [];
  let data = "";
  const parser = new FrameParser({
    frameHeader(type, flags, streamId, payloadBytes) {
      checkFrameHeader(type, flags, streamId, payloadBytes, FRAME_BYTES_MAX);
      events.push(`header ${type} ${flags} ${streamId} ${payloadBytes}`);
    },
    frame(type, flags, streamId, payload) {
      events.push(`frame ${type} ${flags} ${streamId} ${latin1(payload)}`);
    },
    dataPiece(streamId, piece) {
      assert.ok(piece.length > 0, "a piece of nothing");
      data += `${streamId}:${latin1(piece)}`.slice(data === "" ? 0 : String(streamId).length + 1);
    },
    dataEnd(flags, streamId, payloadBytes) {
      events.push(`data ${flags} ${streamId} ${payloadBytes} ${data}`);
      data = "";
    },
  });
  try {
    for (const piece of pieces) lend(piece, (view) => parser.receive(view));
    events.push(`end ${parser.pastPreface} ${data}`);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    events.push(`error ${CONNECTION_FAULTS[error.fault]} ${data}`);
  }
  return events;
}

/** The same, by looking at the whole from the front (RFC 9113 3.4, 4.1, 6.1). */
function parseSlowly(bytes: Uint8Array): string[] {
  const events: string[] = [];
  const prefaceBytes = Math.min(bytes.length, CLIENT_PREFACE.length);
  for (let i = 0; i < prefaceBytes; i++)
    if (bytes[i] !== CLIENT_PREFACE[i]) return [`error ${ErrorCode.PROTOCOL_ERROR} `];
  if (prefaceBytes < CLIENT_PREFACE.length) return ["end false "];
  let at = prefaceBytes;
  while (bytes.length - at >= FRAME_HEADER_BYTES) {
    const payloadBytes = readUint32(bytes, at) >>> 8;
    const [type, flags] = [bytes[at + 3] as number, bytes[at + 4] as number];
    const streamId = readUint32(bytes, at + 5) % 0x8000_0000;
    try {
      checkFrameHeader(type, flags, streamId, payloadBytes, FRAME_BYTES_MAX);
    } catch (error) {
      return [...events, `error ${CONNECTION_FAULTS[(error as ConnectionError).fault]} `];
    }
    events.push(`header ${type} ${flags} ${streamId} ${payloadBytes}`);
    const payload = bytes.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + payloadBytes);
    const isWhole = payload.length === payloadBytes;
    if (type === FrameType.DATA) {
      const padded = (flags & Flag.PADDED) !== 0;
      const padding = padded ? (payload[0] ?? 0) : 0;
      if (payload.length > 0 && padded && padding >= payloadBytes)
        return [...events, `error ${ErrorCode.PROTOCOL_ERROR} `];
      const content = payload.subarray(padded ? 1 : 0, payloadBytes - padding);
      const text = content.length === 0 ? "" : `${streamId}:${latin1(content)}`;
      if (!isWhole) return [...events, `end true ${text}`];
      events.push(`data ${flags} ${streamId} ${payloadBytes} ${text}`);
    } else if (!isWhole) {
      return [...events, "end true "];
    } else if (type <= FrameType.CONTINUATION) {
      events.push(`frame ${type} ${flags} ${streamId} ${latin1(payload)}`);
    }
    at += FRAME_HEADER_BYTES + payloadBytes;
  }
  return [...events, "end true "];
}

function run(input: Uint8Array): void {
  const expected = parseSlowly(input).join("\n");
  assert.equal(parse([input]).join("\n"), expected, "in one piece");
  assert.equal(parse(cutAtRandom(input, randomOf(input))).join("\n"), expected, "in pieces");
}

const withPreface = (bytes: Uint8Array): Uint8Array => Buffer.concat([CLIENT_PREFACE, bytes]);

/** The preface mostly stays, for behind a broken one there is nothing to find. */
function mutate(input: Uint8Array, random: Random): Uint8Array {
  const frames = input.subarray(CLIENT_PREFACE.length);
  return withPreface(mutateFrames(frames, random));
}

export const targets: readonly FuzzTarget[] = [
  {
    name: "frame-parser",
    inputBytesMax: 1024,
    seeds: [
      CLIENT_PREFACE,
      CLIENT_PREFACE.subarray(0, 20),
      "GET / HTTP/1.1\r\n",
      ...frameSeeds.map(withPreface),
    ],
    dictionary: frameSeeds,
    generate: (random) => withPreface(randomFrames(random)),
    mutate,
    run,
  },
];
