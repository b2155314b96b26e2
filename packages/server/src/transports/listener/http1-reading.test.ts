// Bytes of an HTTP/1.1 connection reach the parser in order, whatever resumes the socket meanwhile, and none after its end.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { type ParsedSocket, detachReading, parseByBudget } from "./http1-reading.js";
import { ReadBudget } from "./read-budget.js";

class FakeSocket extends EventEmitter {
  paused = false;
  destroyed = false;

  read(): null {
    return null;
  }

  pause(): this {
    this.paused = true;
    return this;
  }

  resume(): this {
    this.paused = false;
    return this;
  }
}

function create() {
  const runs: (() => void)[] = [];
  const reads = new ReadBudget({
    limits: {
      readBytesPerTurnMax: 4,
      readMsPerTurnMax: 1000,
      smallReadBytesMax: 0,
      firstReadSliceBytesMax: 4,
      readSliceBytesMax: 4,
    },
    monotonicMs: () => 0,
    schedule: (run) => runs.push(run),
  });
  const socket = new FakeSocket();
  let parsed = "";
  socket.on("data", (chunk: Buffer) => (parsed += chunk.toString("latin1")));
  parseByBudget(socket as unknown as ParsedSocket, reads);
  const endTurns = (): void => {
    while (runs.length > 0) for (const run of runs.splice(0)) run();
  };
  return { socket, endTurns, parsed: () => parsed };
}

test("what comes while the rest of a chunk waits is parsed behind it", () => {
  const { socket, endTurns, parsed } = create();
  socket.emit("data", Buffer.from("0123456789"));
  assert.equal(parsed(), "0123");
  assert.ok(socket.paused);
  socket.resume();
  socket.emit("data", Buffer.from("abcdefghij"));
  socket.emit("data", Buffer.from("klm"));
  assert.ok(socket.paused);
  endTurns();
  assert.equal(parsed(), "0123456789abcdefghijklm");
  assert.ok(!socket.paused);
});

test("nothing is parsed once the connection is gone", () => {
  const { socket, endTurns, parsed } = create();
  socket.emit("data", Buffer.from("0123456789"));
  socket.destroyed = true;
  endTurns();
  assert.equal(parsed(), "0123");
});

/** Takes what a parser does not: hears, and is asked to wait. */
class Next {
  heard = "";
  held = false;
  readonly #socket: FakeSocket;

  constructor(socket: FakeSocket) {
    this.#socket = socket;
  }

  receive(chunk: Buffer): void {
    this.heard += chunk.toString("latin1");
  }

  hear(take: (chunk: Buffer) => void): void {
    this.#socket.on("data", take);
  }

  keepRead(rest: Buffer): Buffer {
    return rest;
  }

  holdReading(): void {
    this.held = true;
    this.#socket.pause();
  }

  releaseReading(): void {
    this.held = false;
    this.#socket.resume();
  }
}

test("once it is detached, the rest of a chunk and all behind it wait for the next reader, and reach it in order", () => {
  for (const turnsBefore of [true, false]) {
    const { socket, endTurns, parsed } = create();
    socket.emit("data", Buffer.from("0123456789"));
    socket.emit("data", Buffer.from("late"));
    const reading = detachReading(socket as unknown as ParsedSocket, Buffer.from("(head)"));
    assert.ok(reading !== undefined && socket.paused);
    if (turnsBefore) endTurns();
    assert.ok(socket.paused, "nobody reads yet");
    const next = new Next(socket);
    reading.handOver(next, next);
    endTurns();
    socket.emit("data", Buffer.from("?"));
    endTurns();
    assert.equal(parsed(), "0123");
    assert.equal(next.heard, "(head)456789late?");
    assert.deepEqual([next.held, String(socket.paused)], [false, "false"]);
    assert.equal(socket.listenerCount("data"), 1, "the next reader's");
  }
});

test("a socket is detached once, and only one that is parsed", () => {
  const { socket } = create();
  assert.notEqual(detachReading(socket as unknown as ParsedSocket, Buffer.alloc(0)), undefined);
  assert.equal(detachReading(socket as unknown as ParsedSocket, Buffer.alloc(0)), undefined);
});
