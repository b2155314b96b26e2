// Pipelined requests are begun one after the other, a few may wait, and nothing is begun on a connection that is gone.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { test } from "node:test";
import { Http1Turns } from "./http1-turns.js";

function createConnection(waitingMax: number) {
  const turns = new Http1Turns(waitingMax);
  const socket = { destroyed: false };
  const responses: EventEmitter[] = [];
  const begun: number[] = [];
  const ask = (n: number): boolean => {
    const outgoing = new EventEmitter();
    responses[n] = outgoing;
    return turns.take(socket as unknown as Socket, outgoing as unknown as ServerResponse, () =>
      begun.push(n),
    );
  };
  return { socket, begun, ask, answer: (n: number) => responses[n]?.emit("close") };
}

test("one at a time, in order; a request that comes alone begins at once", () => {
  const { begun, ask, answer } = createConnection(10);
  for (const n of [0, 1, 2]) assert.equal(ask(n), true);
  assert.deepEqual(begun, [0]);
  answer(0);
  assert.deepEqual(begun, [0, 1]);
  answer(1);
  answer(2);
  assert.deepEqual(begun, [0, 1, 2]);
  assert.equal(ask(3), true);
  assert.deepEqual(begun, [0, 1, 2, 3]);
});

test("as many wait as the limit says; once one is answered there is room for another", () => {
  const { begun, ask, answer } = createConnection(2);
  assert.deepEqual([0, 1, 2, 3].map(ask), [true, true, true, false]);
  answer(0);
  assert.equal(ask(4), true);
  assert.equal(ask(5), false);
  for (const n of [1, 2, 4]) answer(n);
  assert.deepEqual(begun, [0, 1, 2, 4]);
});

test("when the connection is gone, those that wait are never begun", () => {
  const { socket, begun, ask, answer } = createConnection(2);
  ask(0);
  ask(1);
  socket.destroyed = true;
  answer(0);
  assert.deepEqual(begun, [0]);
});
