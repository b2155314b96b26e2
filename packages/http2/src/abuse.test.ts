// What a hostile peer can do, and where it ends.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ErrorCode } from "./error-code.js";
import { CLIENT_PREFACE, FrameType, Flag, Setting } from "./frame-types.js";
import { encodeHeaders } from "./hpack/encoder.js";
import { SharedBytes } from "./stamped-frames.js";
import { RawPeer, emptySettings, rawFrame, requestBlock, setting, uint32 } from "./testing/raw-peer.js";

const { DATA, HEADERS, PRIORITY, RST_STREAM, PING, CONTINUATION } = FrameType;
const END = Flag.END_HEADERS | Flag.END_STREAM;

/** Sends the frames that `make` gives until the server has had enough; returns how many that took. */
function flood(peer: RawPeer, make: (i: number) => readonly Uint8Array[], most: number): number {
  for (let i = 0; i < most; i++) {
    peer.send(...make(i));
    if (peer.ended) return i + 1;
  }
  return most;
}

describe("floods", () => {
  it("rapid reset (CVE-2023-44487): ends the connection beyond the burst, and refills with time", () => {
    const limits = { resetsBurstMax: 50, resetsPerSecondMax: 10 };
    const rapid = (i: number): Uint8Array[] => [
      rawFrame(HEADERS, END, 2 * i + 1, requestBlock()),
      rawFrame(RST_STREAM, 0, 2 * i + 1, uint32(ErrorCode.CANCEL)),
    ];
    const peer = new RawPeer(limits).handshake();
    assert.equal(flood(peer, rapid, 1000), 51);
    assert.equal(peer.goawayCode(), ErrorCode.ENHANCE_YOUR_CALM);
    const calm = new RawPeer(limits).handshake();
    assert.equal(flood(calm, rapid, 50), 50);
    calm.seconds(2);
    assert.equal(
      flood(calm, (i) => rapid(i + 50), 20),
      20,
    );
    assert.equal(calm.ended, false);
  });

  it("unsubscribing as often as one likes is no abuse: streams that were being answered do not count", () => {
    const peer = new RawPeer({ resetsBurstMax: 5 }).handshake();
    peer.onRequest = ({ stream }) => stream.respond(encodeHeaders([[":status", "200"]]));
    const subscribeAndLeave = (i: number): Uint8Array[] => [
      rawFrame(HEADERS, END, 2 * i + 1, requestBlock()),
      rawFrame(RST_STREAM, 0, 2 * i + 1, uint32(ErrorCode.CANCEL)),
    ];
    assert.equal(flood(peer, subscribeAndLeave, 100), 100);
    assert.equal(peer.ended, false);
  });

  it("resets that the peer provokes count as its own (CVE-2025-8671)", () => {
    const peer = new RawPeer({ resetsBurstMax: 50 }).handshake();
    const provoke = (i: number): Uint8Array[] => [
      rawFrame(HEADERS, Flag.END_HEADERS, 2 * i + 1, requestBlock()),
      rawFrame(FrameType.WINDOW_UPDATE, 0, 2 * i + 1, uint32(0)),
    ];
    assert.equal(flood(peer, provoke, 1000), 51);
    assert.equal(peer.goawayCode(), ErrorCode.ENHANCE_YOUR_CALM);
  });

  it("resets provoked by a stream's window above 2^31-1 count like all others", () => {
    const peer = new RawPeer({ resetsBurstMax: 50 }).handshake();
    const provoke = (i: number): Uint8Array[] => [
      rawFrame(HEADERS, Flag.END_HEADERS, 2 * i + 1, requestBlock()),
      rawFrame(FrameType.WINDOW_UPDATE, 0, 2 * i + 1, uint32(0x7fff_ffff)),
    ];
    assert.equal(flood(peer, provoke, 1000), 51);
    assert.equal(peer.goawayCode(), ErrorCode.ENHANCE_YOUR_CALM);
  });

  it("PING: ends the connection beyond the budget", () => {
    const peer = new RawPeer({ answersBurstMax: 50 }).handshake();
    assert.equal(
      flood(peer, () => [rawFrame(PING, 0, 0, Buffer.alloc(8))], 1000),
      51,
    );
    assert.equal(peer.goawayCode(), ErrorCode.ENHANCE_YOUR_CALM);
  });

  it("SETTINGS: ends the connection beyond a budget of its own", () => {
    const peer = new RawPeer({ settingsBurstMax: 50 }).handshake();
    // The handshake's SETTINGS has taken one.
    assert.equal(
      flood(peer, () => [emptySettings], 1000),
      50,
    );
    assert.equal(peer.goawayCode(), ErrorCode.ENHANCE_YOUR_CALM);
  });

  it("WINDOW_UPDATE: ends the connection beyond the budget, and crumbs for waiting bytes a hundred times as soon", () => {
    const limits = { windowUpdatesBurstMax: 1000, windowUpdatesPerSecondMax: 0 };
    const crumb = (): Uint8Array[] => [rawFrame(FrameType.WINDOW_UPDATE, 0, 0, uint32(1))];
    const peer = new RawPeer(limits).handshake();
    assert.equal(flood(peer, crumb, 5000), 1001);
    assert.equal(peer.goawayCode(), ErrorCode.ENHANCE_YOUR_CALM);
    const waiting = new RawPeer(limits).handshake(setting(Setting.INITIAL_WINDOW_SIZE, 0));
    waiting.request(1);
    waiting.requests[0]?.stream.write(Buffer.alloc(1000));
    assert.ok(flood(waiting, crumb, 5000) <= 11);
    assert.equal(waiting.goawayCode(), ErrorCode.ENHANCE_YOUR_CALM);
  });

  for (const [what, make] of [
    ["empty DATA", (): Uint8Array[] => [rawFrame(DATA, 0, 1)]],
    ["PRIORITY", (): Uint8Array[] => [rawFrame(PRIORITY, 0, 1, Buffer.alloc(5))]],
    ["unknown frames", (): Uint8Array[] => [rawFrame(0x77, 0, 0, Buffer.alloc(5))]],
    ["DATA that is all padding", (): Uint8Array[] => [rawFrame(DATA, Flag.PADDED, 1, Buffer.alloc(1))]],
    ["acknowledged SETTINGS", (): Uint8Array[] => [rawFrame(FrameType.SETTINGS, Flag.ACK, 0)]],
    ["acknowledged PING", (): Uint8Array[] => [rawFrame(PING, Flag.ACK, 0, Buffer.alloc(8))]],
    ["GOAWAY", (): Uint8Array[] => [rawFrame(FrameType.GOAWAY, 0, 0, Buffer.alloc(8))]],
  ] as const) {
    it(`${what}: ends the connection beyond the budget`, () => {
      const peer = new RawPeer({ idleFramesBurstMax: 50 }).handshake();
      peer.send(rawFrame(HEADERS, Flag.END_HEADERS, 1, requestBlock()));
      assert.equal(flood(peer, make, 1000), 51);
      const goaways = peer.frames().filter(({ type }) => type === FrameType.GOAWAY);
      assert.equal(goaways.at(-1)?.payload.readUInt32BE(4), ErrorCode.ENHANCE_YOUR_CALM);
    });
  }

  it("CONTINUATION: bounds frames and bytes of a header block (CVE-2024-27316)", () => {
    const many = new RawPeer().handshake();
    many.send(rawFrame(HEADERS, 0, 1, requestBlock()));
    assert.equal(
      flood(many, () => [rawFrame(CONTINUATION, 0, 1, Buffer.alloc(1))], 100),
      9,
    );
    assert.equal(many.goawayCode(), ErrorCode.ENHANCE_YOUR_CALM);
    const large = new RawPeer().handshake();
    large.send(rawFrame(HEADERS, 0, 1, requestBlock()));
    assert.equal(
      flood(large, () => [rawFrame(CONTINUATION, 0, 1, Buffer.alloc(16_000))], 100),
      3,
    );
  });

  it("a peer that does not read what it asks for is not read from any more", () => {
    const peer = new RawPeer({ outboxBytesMax: 1000, answersBurstMax: 1_000_000 }).handshake();
    peer.takes = false;
    peer.send(rawFrame(PING, 0, 0, Buffer.alloc(8)));
    const writes = peer.writes.length;
    for (let i = 0; i < 100 && !peer.paused; i++) peer.send(rawFrame(PING, 0, 0, Buffer.alloc(8)));
    assert.equal(peer.paused, true);
    assert.equal(peer.writes.length, writes, "nothing is written to a sink that keeps bytes");
    peer.drain();
    assert.equal(peer.paused, false);
    assert.ok(peer.frames().filter((frame) => frame.type === PING).length > 50);
  });
});

describe("time limits", () => {
  it("preface", () => {
    const peer = new RawPeer();
    peer.send(CLIENT_PREFACE.subarray(0, 10));
    peer.seconds(12);
    assert.equal(peer.ended, true);
    assert.equal(peer.goawayCode(), ErrorCode.PROTOCOL_ERROR);
  });

  it("a header block that does not end", () => {
    const peer = new RawPeer().handshake();
    peer.send(rawFrame(HEADERS, 0, 1, requestBlock()));
    peer.seconds(12);
    assert.equal(peer.goawayCode(), ErrorCode.ENHANCE_YOUR_CALM);
  });

  it("a request whose body does not end is reset; one that is answered at length is not", () => {
    const peer = new RawPeer({ requestTimeoutMs: 5000 }).handshake();
    peer.send(rawFrame(HEADERS, Flag.END_HEADERS, 1, requestBlock()));
    peer.request(3);
    peer.seconds(7);
    assert.equal(peer.resetCode(1), ErrorCode.CANCEL);
    assert.equal(peer.requests[1]?.closedHow, undefined);
  });

  it("idle: only without streams and without a frame, and without an error", () => {
    const peer = new RawPeer({ idleTimeoutMs: 5000 }).handshake();
    for (let i = 0; i < 10; i++) {
      peer.seconds(2);
      peer.send(rawFrame(PING, 0, 0, Buffer.alloc(8)));
    }
    peer.request(1);
    peer.seconds(20);
    assert.equal(peer.ended, false);
    peer.requests[0]?.stream.respond(encodeHeaders([[":status", "200"]]), true);
    peer.frames();
    peer.seconds(7);
    assert.equal(peer.goawayCode(), ErrorCode.NO_ERROR);
    assert.equal(peer.ended, true);
  });

  it("a stream whose window stays shut is reset; progress, even of a byte, is not a stall", () => {
    const peer = new RawPeer({ stallTimeoutMs: 5000 }).handshake(setting(Setting.INITIAL_WINDOW_SIZE, 1));
    peer.request(1).request(3);
    for (const { stream } of peer.requests) stream.write(new SharedBytes(Buffer.alloc(100)));
    for (let i = 0; i < 8; i++) {
      peer.send(rawFrame(FrameType.WINDOW_UPDATE, 0, 3, uint32(1)));
      peer.seconds(1);
    }
    assert.equal(peer.resetCode(1), ErrorCode.ENHANCE_YOUR_CALM);
    assert.equal(peer.requests[0]?.closedHow, "done");
    assert.equal(peer.requests[1]?.closedHow, undefined);
  });

  it("a socket that takes nothing is cut", () => {
    const peer = new RawPeer({ stallTimeoutMs: 5000 }).handshake();
    peer.takes = false;
    peer.request(1);
    peer.requests[0]?.stream.respond(encodeHeaders([[":status", "200"]]));
    peer.endTurn();
    peer.seconds(7);
    assert.equal(peer.destroyed, true);
    assert.equal(peer.requests[0]?.closedHow, "lost");
  });

  it("a peer that does not close after our GOAWAY is cut", () => {
    const peer = new RawPeer().handshake();
    peer.send(rawFrame(PING, 0, 1, Buffer.alloc(8)));
    assert.equal(peer.ended, true);
    peer.seconds(7);
    assert.equal(peer.destroyed, true);
  });
});

describe("room", () => {
  it("is shared: when there is some again, streams take turns to be told", () => {
    const peer = new RawPeer({ outboxBytesMax: 1000 }).handshake(
      setting(Setting.INITIAL_WINDOW_SIZE, 1 << 20),
    );
    peer.send(rawFrame(FrameType.WINDOW_UPDATE, 0, 0, uint32(1 << 20)));
    peer.request(1).request(3).request(5);
    const chunk = new SharedBytes(Buffer.alloc(900));
    const served = new Map<number, number>();
    for (const request of peer.requests) {
      request.onWritable = ({ stream }) => {
        served.set(stream.id, (served.get(stream.id) ?? 0) + 1);
        stream.write(chunk);
        // Keeps the socket full, so that each drain serves what fits and no more.
        peer.takes = false;
      };
    }
    peer.takes = false;
    peer.requests[0]?.stream.write(chunk);
    peer.endTurn();
    for (let i = 0; i < 6; i++) peer.drain();
    const counts = [1, 3, 5].map((id) => served.get(id) ?? 0);
    assert.ok(Math.min(...counts) > 0, `each stream was served: ${counts.join()}`);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 2, `evenly: ${counts.join()}`);
  });
});

describe("arbitrary bytes", () => {
  it("never throw out of the connection, and end it only with a GOAWAY", () => {
    const anyFrame = fc
      .tuple(
        fc.nat(11),
        fc.nat(255),
        fc.constantFrom(0, 1, 2, 3, 5, 0x7fffffff),
        fc.uint8Array({ maxLength: 40 }),
      )
      .map(([type, flags, streamId, payload]) => rawFrame(type, flags, streamId, payload));
    const input = fc.array(fc.oneof(anyFrame, fc.uint8Array({ maxLength: 20 })), { maxLength: 20 });
    fc.assert(
      fc.property(input, fc.nat(7), (parts, step) => {
        const whole = new RawPeer().handshake();
        const bytes = Buffer.concat(parts);
        whole.send(bytes);
        const pieces = new RawPeer().handshake();
        for (let at = 0; at < bytes.length; at += step + 1)
          pieces.connection.receive(bytes.subarray(at, at + step + 1));
        pieces.endTurn();
        // However the bytes are cut, the same comes of them.
        assert.deepEqual(pieces.frames(), whole.frames());
        assert.equal(pieces.requests.length, whole.requests.length);
        assert.ok(whole.errors.every((error) => error.code !== ErrorCode.INTERNAL_ERROR));
      }),
      { numRuns: 2000 },
    );
  });
});
