// Bytes of an HTTP/1.1 connection reach the parser in order, whatever resumes the socket meanwhile, and none after its end.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createRandom, cutAtRandom } from "@subito/fuzz";
import { type ParsedSocket, beginRequest, detachReading, parseByBudget } from "./http1-reading.js";
import { ReadBudget } from "./read-budget.js";

/** A stream as a socket is one; what is pushed has come. */
class FakeSocket extends Readable {
  override _read(): void {
    // What comes is pushed.
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
  let onParsed = (): void => undefined;
  socket.on("data", (chunk: Buffer) => {
    parsed += chunk.toString("latin1");
    onParsed();
  });
  const asSocket = socket as unknown as ParsedSocket;
  parseByBudget(asSocket, reads);
  const endTurns = async (): Promise<void> => {
    do {
      for (const run of runs.splice(0)) run();
      await setImmediate();
    } while (runs.length > 0);
  };
  return {
    socket,
    asSocket,
    endTurns,
    parsed: () => parsed,
    whenParsed: (hear: () => void) => (onParsed = hear),
  };
}

test("what comes while the rest of a chunk waits is parsed behind it", async () => {
  const { socket, endTurns, parsed } = create();
  socket.push("0123456789");
  await setImmediate();
  assert.equal(parsed(), "0123");
  assert.ok(socket.isPaused());
  socket.resume();
  socket.push("abcdefghij");
  socket.push("klm");
  await setImmediate();
  assert.ok(socket.isPaused());
  assert.equal(parsed(), "0123");
  await endTurns();
  assert.equal(parsed(), "0123456789abcdefghijklm");
  assert.ok(!socket.isPaused());
});

test("nothing is parsed once the connection is gone", async () => {
  const { socket, endTurns, parsed } = create();
  socket.push("0123456789");
  await setImmediate();
  socket.destroy();
  await endTurns();
  assert.equal(parsed(), "0123");
});

/** A parser of requests that are one letter and a blank line, and who answers them. */
function serveLetters({ asSocket, parsed, whenParsed }: ReturnType<typeof create>) {
  const begun: string[] = [];
  const answering: EventEmitter[] = [];
  let found = 0;
  whenParsed(() => {
    const letters = parsed().match(/\w\r\n\r\n/g) ?? [];
    assert.ok(letters.length <= found + 1, "two requests are parsed at once");
    for (; found < letters.length; found++) {
      const outgoing = new EventEmitter();
      const request = { socket: asSocket, complete: true, headers: {} };
      beginRequest(request as unknown as IncomingMessage, outgoing as unknown as ServerResponse);
      begun.push(letters[found]?.[0] ?? "");
      answering.push(outgoing);
    }
  });
  return { begun, answer: () => answering.shift()?.emit("close"), unanswered: () => answering.length };
}

test("what stands behind a request is not parsed before the answer; when it is answered all goes on", async () => {
  const connection = create();
  const { socket, endTurns, parsed } = connection;
  const { begun, answer } = serveLetters(connection);
  socket.push("a\r\n\r\nb\r\n\r\nc\r");
  await endTurns();
  assert.equal(parsed(), "a\r\n\r\n");
  assert.ok(socket.isPaused());
  answer();
  await endTurns();
  assert.deepEqual(begun, ["a", "b"]);
  answer();
  await endTurns();
  assert.equal(parsed(), "a\r\n\r\nb\r\n\r\nc\r");
  assert.ok(!socket.isPaused());
});

test("requests behind one another when the connection goes are never begun", async () => {
  const connection = create();
  const { begun, answer } = serveLetters(connection);
  connection.socket.push("a\r\n\r\nb\r\n\r\n");
  await connection.endTurns();
  connection.socket.destroy();
  answer();
  await connection.endTurns();
  assert.deepEqual(begun, ["a"]);
});

test("whatever comes, resumes and is answered when: all requests, in order, one at a time", async () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = createRandom(seed);
    const connection = create();
    const { socket, endTurns } = connection;
    const { begun, answer, unanswered } = serveLetters(connection);
    const letters = "abcdefghijklmnopqrstuvwxyz".slice(0, 1 + random.below(26));
    const bytes = Buffer.from(letters.replaceAll(/./g, "$&\r\n\r\n"));
    for (const piece of cutAtRandom(bytes, random)) {
      socket.push(piece);
      assert.ok(unanswered() <= 1);
      if (random.oneIn(3)) await endTurns();
      if (random.oneIn(3)) answer();
      if (random.oneIn(4)) await setImmediate();
      // As node:http does now and then.
      if (random.oneIn(3)) socket.resume();
    }
    for (let n = 0; n <= letters.length; n++) {
      await endTurns();
      answer();
    }
    assert.equal(begun.join(""), letters, `seed ${seed}`);
    assert.ok(!socket.isPaused() && socket.readableLength === 0, `seed ${seed}`);
  }
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

test("once it is detached, the rest of a chunk and all behind it wait for the next reader, and reach it in order", async () => {
  for (const turnsBefore of [true, false]) {
    const { socket, asSocket, endTurns, parsed } = create();
    socket.push("0123456789");
    await setImmediate();
    socket.resume();
    socket.push("late");
    await setImmediate();
    const reading = detachReading(asSocket, Buffer.from("(head)"));
    assert.ok(reading !== undefined && socket.isPaused());
    if (turnsBefore) await endTurns();
    assert.ok(socket.isPaused(), "nobody reads yet");
    const next = new Next(socket);
    reading.handOver(next, next);
    await endTurns();
    socket.push("?");
    await endTurns();
    assert.equal(parsed(), "0123");
    assert.equal(next.heard, "(head)456789late?");
    assert.deepEqual([next.held, socket.isPaused()], [false, false]);
    assert.equal(socket.listenerCount("data"), 1, "the next reader's");
  }
});

test("a socket is detached once, and only one that is parsed", () => {
  const { asSocket } = create();
  assert.notEqual(detachReading(asSocket, Buffer.alloc(0)), undefined);
  assert.equal(detachReading(asSocket, Buffer.alloc(0)), undefined);
});
