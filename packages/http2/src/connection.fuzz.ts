// Fuzzes a whole connection: any frames, cut anyhow, with a sink that is full at times and a clock that goes on.

import assert from "node:assert/strict";
import { type FuzzTarget, type Random, cutAtRandom, randomOf } from "@subito/fuzz";
import { CLIENT_PREFACE } from "./frame-types.js";
import { frameSeeds, mutateFrames, randomFrames } from "./testing/frame-mutations.js";
import { FuzzedPeer } from "./testing/fuzzed-peer.js";
import { type ClientGrants, checkOutput, readGrants } from "./testing/output-checker.js";
import { emptySettings } from "./testing/raw-peer.js";

/** Bits of an input's first byte. */
const Mode = {
  /** The sink keeps what is written now and then. */
  BLOCKS: 1,
  /** Time goes by between the pieces. */
  WAITS: 2,
  /** The server shuts down in between. */
  SHUTS_DOWN: 4,
  /** The first frame is not SETTINGS, unless the input begins with it. */
  BARE: 8,
} as const;

function play(pieces: readonly Uint8Array[], mode: number, random: Random): FuzzedPeer {
  const peer = new FuzzedPeer((mode & Mode.BLOCKS) !== 0 ? random : undefined);
  for (const piece of pieces) {
    // Who may not be read from is not.
    while (peer.paused && !peer.destroyed) peer.drain();
    peer.receive(piece);
    peer.check();
    if ((mode & Mode.BLOCKS) !== 0 && random.oneIn(2)) peer.drain();
    if ((mode & Mode.WAITS) !== 0) peer.wait(random.pick([0, 10, 1000, 20_000]));
    if ((mode & Mode.SHUTS_DOWN) !== 0 && random.oneIn(4)) {
      if (random.oneIn(2)) peer.connection.announceShutdown();
      else peer.connection.shutdown();
    }
  }
  return peer;
}

function finish(peer: FuzzedPeer, grants: ClientGrants): void {
  if (peer.error !== undefined) {
    const before = peer.written.length;
    peer.receive(emptySettings);
    peer.drain();
    const after = peer.written.length;
    if (before === after) peer.receive(Buffer.concat([CLIENT_PREFACE, emptySettings]));
    assert.equal(peer.written.length, after, "answers after its error");
  }
  peer.check();
  peer.close();
  checkOutput(peer.written, grants, !peer.destroyed);
}

function run(input: Uint8Array): void {
  const mode = input[0] ?? 0;
  const frames = input.subarray(1);
  const start = (mode & Mode.BARE) !== 0 ? CLIENT_PREFACE : Buffer.concat([CLIENT_PREFACE, emptySettings]);
  const bytes = Buffer.concat([start, frames]);
  const random = randomOf(input);
  const grants = readGrants(bytes.subarray(CLIENT_PREFACE.length));
  const peer = play(cutAtRandom(bytes, random), mode, random);
  const isTimed = (mode & (Mode.BLOCKS | Mode.WAITS | Mode.SHUTS_DOWN)) !== 0;
  if (!isTimed && !peer.dependsOnRoom) {
    const whole = play([bytes], mode, random);
    assert.equal(peer.error, whole.error, "another error when cut");
    assert.ok(peer.written.equals(whole.written), "other bytes when cut");
    finish(whole, grants);
  }
  finish(peer, grants);
}

const behindMode = (mode: number, frames: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(mode), frames]);

export const targets: readonly FuzzTarget[] = [
  {
    name: "connection",
    inputBytesMax: 900,
    seeds: [
      ...frameSeeds.map((frame, i) => behindMode(i % 8, frame)),
      ...frameSeeds.map((frame) => behindMode(0, Buffer.concat([...frameSeeds.slice(3, 8), frame]))),
    ],
    dictionary: frameSeeds,
    generate: (random) => behindMode(random.below(16), randomFrames(random)),
    mutate: (input, random) =>
      behindMode(
        random.oneIn(16) ? random.below(16) : (input[0] ?? 0),
        mutateFrames(input.subarray(1), random),
      ),
    run,
  },
];
