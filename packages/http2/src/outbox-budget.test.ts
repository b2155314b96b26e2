// What waits for peers is counted from the moment it waits until it has left or its connection is gone, and leaves each
// connection its guaranteed room when all together have too much.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OutboxBudget } from "./outbox-budget.js";
import { FrameType } from "./frame-types.js";
import { RawPeer, rawFrame } from "./testing/raw-peer.js";

const limits = { outboxBytesMax: 100, outboxBytesGuaranteedMax: 10, outboxBytesTotalMax: 1000 };
/** SETTINGS_INITIAL_WINDOW_SIZE 0. */
const noWindow = Buffer.from([0, 4, 0, 0, 0, 0]);

test("above the total each connection has what is guaranteed, below it all of its own", () => {
  const budget = new OutboxBudget(limits);
  budget.add(1000);
  assert.deepEqual([budget.isSpent, budget.roomBytes], [false, 100]);
  budget.add(1);
  assert.deepEqual([budget.isSpent, budget.roomBytes], [true, 10]);
  budget.add(-1);
  assert.deepEqual([budget.isSpent, budget.roomBytes], [false, 100]);
});

test("what a blocked sink keeps, and what waits behind it, is counted until it has drained", () => {
  const peer = new RawPeer().handshake();
  peer.request(1);
  peer.takes = false;
  peer.requests[0]?.stream.write(Buffer.alloc(500));
  assert.equal(peer.outboxBytes, 0);
  peer.endTurn();
  assert.equal(peer.outboxBytes, 500 + 9);
  peer.send(rawFrame(FrameType.PING, 0, 0, Buffer.alloc(8)));
  assert.equal(peer.outboxBytes, 500 + 9 + 17);
  peer.drain();
  assert.equal(peer.outboxBytes, 0);
});

test("what no window takes is counted until a window does", () => {
  const peer = new RawPeer().handshake(noWindow);
  peer.request(1);
  peer.requests[0]?.stream.write(Buffer.alloc(500));
  peer.requests[0]?.stream.write(Buffer.alloc(50));
  peer.endTurn();
  assert.equal(peer.outboxBytes, 550);
  peer.send(rawFrame(FrameType.WINDOW_UPDATE, 0, 1, Buffer.from([0, 0, 1, 0])));
  assert.equal(peer.outboxBytes, 550 - 256);
  peer.send(rawFrame(FrameType.RST_STREAM, 0, 1, Buffer.from([0, 0, 0, 8])));
  assert.equal(peer.outboxBytes, 0);
});

test("a stream that was refused room when the limit fell is told when there is room again", () => {
  const peer = new RawPeer({ outboxBytesMax: 1000, outboxBytesGuaranteedMax: 10, outboxBytesTotalMax: 100 });
  peer.handshake();
  peer.request(1);
  peer.request(3);
  const [first, second] = peer.requests;
  assert.ok(first !== undefined);
  second?.stream.write(Buffer.alloc(50));
  peer.connection.hold(101);
  assert.equal(first.stream.ready, false);
  const before = first.writableCalls;
  peer.endTurn();
  assert.ok(first.writableCalls > before);
  assert.equal(first.stream.ready, true);
});

test("property: whatever streams write and peers take, nothing is counted once the connection is gone", () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("write" as const),
      stream: fc.nat(2),
      bytes: fc.integer({ min: 1, max: 40_000 }),
    }),
    fc.record({
      kind: fc.constant("window" as const),
      stream: fc.nat(2),
      bytes: fc.integer({ min: 1, max: 30_000 }),
    }),
    fc.record({ kind: fc.constant("block" as const) }),
    fc.record({ kind: fc.constant("drain" as const) }),
    fc.record({ kind: fc.constant("reset" as const), stream: fc.nat(2) }),
    fc.record({ kind: fc.constant("end" as const), stream: fc.nat(2) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const peer = new RawPeer().handshake(noWindow);
      for (const id of [1, 3, 5]) peer.request(id);
      for (const each of steps) {
        const stream = "stream" in each ? peer.requests[each.stream]?.stream : undefined;
        const id = "stream" in each ? each.stream * 2 + 1 : 0;
        if (each.kind === "write") stream?.write(Buffer.alloc(each.bytes));
        else if (each.kind === "end") stream?.end();
        else if (each.kind === "block") peer.takes = false;
        else if (each.kind === "drain") peer.drain();
        else if (each.kind === "reset")
          peer.send(rawFrame(FrameType.RST_STREAM, 0, id, Buffer.from([0, 0, 0, 8])));
        else {
          const increment = Buffer.alloc(4);
          increment.writeUInt32BE(each.bytes);
          peer.send(rawFrame(FrameType.WINDOW_UPDATE, 0, id, increment));
        }
        peer.endTurn();
        assert.ok(peer.outboxBytes >= 0);
      }
      peer.connection.transportClosed();
      assert.equal(peer.outboxBytes, 0);
    }),
  );
});
