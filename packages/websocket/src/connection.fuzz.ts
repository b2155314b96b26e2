// Fuzzes a whole socket: whatever a peer sends, cut anyhow, it ends as it must, holds little, and says the same.

import assert from "node:assert/strict";
import { type FuzzTarget, type Random, cutAtRandom, randomOf } from "@subito/fuzz";
import { textMessage } from "./out-message.js";
import { clientFrame, closePayload, deflatedFrame, textFrame } from "./testing/client-frames.js";
import { MemoryPeer } from "./testing/memory-peer.js";

const seeds: readonly Buffer[] = [
  textFrame("echo"),
  textFrame("pause"),
  textFrame("close"),
  textFrame("κόσμε"),
  clientFrame(2, Buffer.alloc(130, 1)),
  clientFrame(9, "p"),
  clientFrame(10),
  clientFrame(8, closePayload(1000, "bye")),
  clientFrame(8, closePayload(1005)),
  clientFrame(1, "a", { fin: false }),
  clientFrame(0, "b"),
  deflatedFrame(1, "squeezed ".repeat(20)),
  deflatedFrame(2, Buffer.alloc(3000)),
  clientFrame(1, "bare", { key: undefined }),
];

const LIMITS = {
  messageBytesMax: 2000,
  framesPerSecondMax: 40,
  outboxBytesMax: 300,
  inflatedFrameBytes: 500,
};

/** What the application heard and the peer was sent; PONGs left out, since how many there are depends on the turns. */
function play(pieces: readonly Uint8Array[], deflate: boolean): string[] {
  let held = 0;
  const memory = {
    take: (bytes: number) => {
      held += bytes;
      return true;
    },
    give: (bytes: number) => void (held -= bytes),
  };
  const peer = new MemoryPeer({ limits: LIMITS, deflate, memory });
  peer.onMessage = (text) => {
    if (text === "pause") peer.channel.pause();
    else if (text === "close") peer.channel.close(4000, text);
    else peer.channel.send(textMessage(`${text.length}`));
  };
  for (const piece of pieces) {
    peer.receive(piece);
    peer.channel.resume();
    peer.endTurn();
    assert.ok(held <= 2 * LIMITS.messageBytesMax, `${held} bytes are held`);
  }
  for (let i = 0; i < 100; i++) peer.channel.resume();
  peer.endTurn();
  assert.ok(!peer.faults.includes("internal"), String(peer.causes));
  const story = [...peer.heard, ...peer.told().filter((told) => !told.startsWith("pong:")), ...peer.faults];
  const isOver = peer.heard.includes("closed");
  assert.equal(isOver, peer.ended, "who is told of the end is at its end");
  peer.connection.transportClosed();
  assert.equal(held, 0, "a socket that is gone holds nothing");
  return story.filter((each) => each !== "drained");
}

function run(input: Uint8Array): void {
  for (const deflate of [false, true]) {
    const whole = play([input], deflate);
    assert.deepEqual(play(cutAtRandom(input, randomOf(input)), deflate), whole);
  }
}

function generate(random: Random): Uint8Array {
  return Buffer.concat(Array.from({ length: 1 + random.below(12) }, () => random.pick(seeds)));
}

export const targets: readonly FuzzTarget[] = [
  { name: "websocket-connection", inputBytesMax: 1500, seeds, dictionary: seeds, generate, run },
];
