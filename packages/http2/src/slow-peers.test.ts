// Peers that send a byte now and then, so that they are never silent: each has its time all the same.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ErrorCode } from "./error-code.js";
import { CLIENT_PREFACE, FrameType, Flag } from "./frame-types.js";
import { RawPeer, emptySettings, rawFrame, requestBlock } from "./testing/raw-peer.js";

const END = Flag.END_HEADERS | Flag.END_STREAM;

/** Sends a byte a second until the server has had enough; returns how many seconds that took. */
function trickle(peer: RawPeer, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) {
    peer.send(bytes.subarray(i, i + 1)).seconds(1);
    if (peer.ended) return i + 1;
  }
  return bytes.length;
}

describe("slow peers", () => {
  it("a preface without SETTINGS is not whole, whatever else comes of frames", () => {
    const peer = new RawPeer({ prefaceTimeoutMs: 5000 });
    peer.send(CLIENT_PREFACE);
    assert.ok(trickle(peer, emptySettings.subarray(0, 8)) <= 6);
    assert.equal(peer.goawayCode(), ErrorCode.PROTOCOL_ERROR);
  });

  it("a frame that comes a byte at a time has the time of a header block", () => {
    const peer = new RawPeer({ headerBlockTimeoutMs: 5000 }).handshake();
    const frame = rawFrame(FrameType.HEADERS, END, 1, requestBlock("/", [["x-long", "x".repeat(50)]]));
    // The frame's header, of nine bytes, and its payload have their time each.
    assert.ok(trickle(peer, frame) <= 16);
    assert.equal(peer.goawayCode(), ErrorCode.ENHANCE_YOUR_CALM);
  });

  it("a busy peer may be inside of a frame whenever one looks, as long as it is another one each time", () => {
    const peer = new RawPeer({ headerBlockTimeoutMs: 5000 }).handshake();
    const toRequest = (i: number): Buffer => rawFrame(FrameType.HEADERS, END, 2 * i + 1, requestBlock());
    peer.onRequest = (request) => {
      request.onEnd = ({ stream }) => stream.end();
    };
    let rest: Uint8Array = Buffer.alloc(0);
    for (let i = 0; i < 60; i++) {
      // Cut in the header and in the payload by turns.
      const frame = toRequest(i);
      const cut = i % 2 === 0 ? 4 : 15;
      peer.send(rest, frame.subarray(0, cut)).seconds(1);
      rest = frame.subarray(cut);
      assert.equal(peer.ended, false, `after ${i} seconds`);
    }
    assert.equal(peer.requests.length, 59);
  });

  it("a frame that stops where the server has paused reading has all the time until the peer takes bytes", () => {
    const peer = new RawPeer({ headerBlockTimeoutMs: 5000, stallTimeoutMs: 20_000, outboxBytesMax: 100 });
    peer.handshake();
    peer.takes = false;
    const frame = rawFrame(FrameType.HEADERS, END, 1, requestBlock());
    const pings = Array.from({ length: 20 }, () => rawFrame(FrameType.PING, 0, 0, Buffer.alloc(8)));
    peer.send(...pings.slice(0, 1)).send(...pings, frame.subarray(0, 12));
    assert.equal(peer.paused, true);
    peer.seconds(10);
    assert.deepEqual(peer.errors, []);
    peer.drain();
    assert.equal(peer.paused, false);
    peer.send(frame.subarray(12));
    assert.equal(peer.requests.length, 1);
  });
});
