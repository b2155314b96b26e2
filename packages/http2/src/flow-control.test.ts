// Windows in both directions: nothing is lost, repeated, or sent before its time.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ErrorCode } from "./error-code.js";
import { FrameType, Flag, Setting } from "./frame-types.js";
import { encodeHeaders } from "./hpack/encoder.js";
import { Reply, SharedBytes } from "./stamped-frames.js";
import { RawPeer, type ReceivedFrame, rawFrame, requestBlock, setting, uint32 } from "./testing/raw-peer.js";

const ok = encodeHeaders([[":status", "200"]]);
const trailers = encodeHeaders([["x-end", "1"]]);
const { DATA, HEADERS, SETTINGS, WINDOW_UPDATE } = FrameType;

function dataOf(frames: readonly ReceivedFrame[], streamId: number): Buffer {
  const pieces = frames.filter((frame) => frame.type === DATA && frame.streamId === streamId);
  return Buffer.concat(pieces.map((frame) => frame.payload));
}

function window(streamId: number, bytes: number): Buffer {
  return rawFrame(WINDOW_UPDATE, 0, streamId, uint32(bytes));
}

describe("what the peer lets us send", () => {
  it("holds back what a stream's window does not take, and the trailers behind it", () => {
    const peer = new RawPeer().handshake(setting(Setting.INITIAL_WINDOW_SIZE, 10));
    peer.request(1);
    const [request] = peer.requests;
    assert.ok(request);
    request.stream.reply(new Reply(ok, Buffer.from("0123456789abcdef"), trailers));
    peer.endTurn();
    const first = peer.frames();
    assert.equal(dataOf(first, 1).toString(), "0123456789");
    assert.ok(first.every((frame) => (frame.flags & Flag.END_STREAM) === 0));
    assert.equal(request.stream.ready, false);
    peer.send(window(1, 3));
    assert.equal(dataOf(peer.frames(), 1).toString(), "abc");
    peer.send(window(1, 100));
    const rest = peer.frames();
    assert.equal(dataOf(rest, 1).toString(), "def");
    assert.equal(rest.at(-1)?.type, HEADERS);
    assert.equal(request.closedHow, "done");
  });

  it("lets a lowered initial window take back what was given (6.9.2)", () => {
    const peer = new RawPeer().handshake(setting(Setting.INITIAL_WINDOW_SIZE, 20));
    peer.request(1);
    const stream = peer.requests[0]?.stream;
    stream?.respond(ok);
    stream?.write(Buffer.alloc(20));
    peer.send(rawFrame(SETTINGS, 0, 0, setting(Setting.INITIAL_WINDOW_SIZE, 5)));
    assert.ok(stream);
    assert.equal(stream.sendWindowBytes, -15);
    stream.write(new SharedBytes(Buffer.from("later")));
    peer.endTurn();
    peer.frames();
    peer.send(window(1, 15));
    assert.equal(dataOf(peer.frames(), 1).length, 0);
    peer.send(window(1, 5));
    assert.equal(dataOf(peer.frames(), 1).toString(), "later");
  });

  it("acknowledges SETTINGS before the DATA that they let go (6.5.3)", () => {
    const peer = new RawPeer().handshake(setting(Setting.INITIAL_WINDOW_SIZE, 0));
    peer.request(1);
    peer.requests[0]?.stream.write(Buffer.from("now"));
    peer.endTurn();
    peer.frames();
    peer.send(rawFrame(SETTINGS, 0, 0, setting(Setting.INITIAL_WINDOW_SIZE, 10)));
    assert.deepEqual(
      peer.frames().map((frame) => frame.type),
      [SETTINGS, DATA],
    );
  });

  it("never sends frames larger than the peer takes", () => {
    const peer = new RawPeer().handshake(setting(Setting.INITIAL_WINDOW_SIZE, 1 << 20));
    peer.send(window(0, 1 << 20)).request(1);
    peer.requests[0]?.stream.write(new SharedBytes(Buffer.alloc(50_000, 1)));
    peer.endTurn();
    const frames = peer.frames().filter((frame) => frame.type === DATA);
    assert.deepEqual(
      frames.map((frame) => frame.payload.length),
      [16_384, 16_384, 16_384, 848],
    );
  });

  it("tells a stream that was shut when it may write again", () => {
    const peer = new RawPeer().handshake(setting(Setting.INITIAL_WINDOW_SIZE, 4));
    peer.request(1);
    const [request] = peer.requests;
    assert.ok(request);
    request.stream.respond(ok);
    request.stream.write(Buffer.from("1234"));
    assert.equal(request.stream.ready, false);
    peer.send(window(1, 1));
    assert.equal(request.stream.ready, true);
    assert.equal(request.writableCalls, 1);
  });

  it("loses and repeats no byte under any windows and frame sizes", () => {
    const command = fc.oneof(
      fc.record({
        kind: fc.constant("write" as const),
        stream: fc.nat(2),
        bytes: fc.integer({ min: 1, max: 40_000 }),
      }),
      fc.record({
        kind: fc.constant("window" as const),
        stream: fc.nat(3),
        bytes: fc.integer({ min: 1, max: 30_000 }),
      }),
      fc.record({ kind: fc.constant("initial" as const), bytes: fc.nat(60_000) }),
      fc.record({ kind: fc.constant("block" as const) }),
      fc.record({ kind: fc.constant("drain" as const) }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const ids = [1, 3, 5];
        const peer = new RawPeer().handshake(setting(Setting.INITIAL_WINDOW_SIZE, 1000));
        for (const id of ids) peer.request(id);
        const written = ids.map(() => Buffer.alloc(0));
        const got = ids.map(() => Buffer.alloc(0));
        const allowed = ids.map(() => 1000);
        let initial = 1000;
        let allowedInAll = 65_535;
        let counter = 0;
        const collect = (): void => {
          const frames = peer.frames();
          ids.forEach((id, i) => {
            const data = dataOf(frames, id);
            got[i] = Buffer.concat([got[i] as Buffer, data]);
            allowedInAll -= data.length;
          });
          assert.ok(allowedInAll >= 0);
        };
        for (const each of commands) {
          if (each.kind === "write") {
            const bytes = Buffer.alloc(each.bytes, counter++ % 251);
            written[each.stream] = Buffer.concat([written[each.stream] as Buffer, bytes]);
            peer.requests[each.stream]?.stream.write(counter % 2 === 0 ? bytes : new SharedBytes(bytes));
            peer.endTurn();
          } else if (each.kind === "window") {
            const id = ids[each.stream] ?? 0;
            if (id === 0) allowedInAll += each.bytes;
            else allowed[each.stream] = (allowed[each.stream] as number) + each.bytes;
            peer.send(window(id, each.bytes));
          } else if (each.kind === "initial") {
            ids.forEach((_, i) => (allowed[i] = (allowed[i] as number) + each.bytes - initial));
            initial = each.bytes;
            peer.send(rawFrame(SETTINGS, 0, 0, setting(Setting.INITIAL_WINDOW_SIZE, each.bytes)));
          } else if (each.kind === "block") {
            peer.takes = false;
          } else {
            peer.drain();
          }
          collect();
        }
        peer.drain();
        allowedInAll += 100_000_000;
        peer.send(window(0, 100_000_000));
        for (const id of ids) peer.send(window(id, 100_000_000));
        collect();
        ids.forEach((_, i) => assert.ok((got[i] as Buffer).equals(written[i] as Buffer)));
      }),
      { numRuns: 200 },
    );
  });
});

describe("what we let the peer send", () => {
  it("gives windows back in halves, for the connection and for streams that go on", () => {
    const peer = new RawPeer({ streamWindowBytes: 1000, connectionWindowBytes: 70_000 }).handshake();
    peer.send(
      rawFrame(HEADERS, Flag.END_HEADERS, 1, requestBlock()),
      rawFrame(DATA, 0, 1, Buffer.alloc(499)),
    );
    assert.deepEqual(peer.frames(), []);
    peer.send(rawFrame(DATA, 0, 1, Buffer.alloc(1)));
    const [update] = peer.frames();
    assert.equal(update?.type, WINDOW_UPDATE);
    assert.equal(update.streamId, 1);
    assert.equal(update.payload.readUInt32BE(0), 500);
  });

  it("resets a stream that sends more than its window", () => {
    const peer = new RawPeer({ streamWindowBytes: 100 }).handshake();
    peer.send(
      rawFrame(HEADERS, Flag.END_HEADERS, 1, requestBlock()),
      rawFrame(DATA, 0, 1, Buffer.alloc(101)),
    );
    assert.equal(peer.resetCode(1), ErrorCode.FLOW_CONTROL_ERROR);
  });

  it("ends a connection that sends more than its window, also on streams that are closed", () => {
    const peer = new RawPeer({ connectionWindowBytes: 65_535, streamWindowBytes: 1 << 20 }).handshake();
    peer.onRequest = ({ stream }) => stream.reply(new Reply(ok, Buffer.alloc(0)));
    peer.send(rawFrame(HEADERS, Flag.END_HEADERS, 1, requestBlock()));
    // Read in one turn, so that no window is given back in between.
    const frames = Array.from({ length: 3 }, () => rawFrame(DATA, 0, 1, Buffer.alloc(16_000)));
    peer.send(...frames);
    assert.equal(peer.goawayCode(), undefined);
    const over = new RawPeer({ connectionWindowBytes: 65_535, frameBytesMax: 100_000 }).handshake();
    over.send(
      rawFrame(HEADERS, Flag.END_HEADERS, 1, requestBlock()),
      rawFrame(DATA, 0, 1, Buffer.alloc(65_536)),
    );
    assert.equal(over.goawayCode(), ErrorCode.FLOW_CONTROL_ERROR);
  });

  it("counts padding", () => {
    const peer = new RawPeer({ streamWindowBytes: 600 }).handshake();
    const padded = Buffer.concat([Buffer.from([255]), Buffer.alloc(45), Buffer.alloc(255)]);
    peer.send(rawFrame(HEADERS, Flag.END_HEADERS, 1, requestBlock()), rawFrame(DATA, Flag.PADDED, 1, padded));
    assert.equal(peer.frames()[0]?.payload.readUInt32BE(0), 301);
  });
});
