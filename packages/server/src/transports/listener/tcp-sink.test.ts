// Writing to real sockets: everything arrives once and in order, whoever takes it, and never at another connection.

import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import { serveSocketPairs } from "../../testing/socket-pairs.js";
import { TcpSink } from "./tcp-sink.js";

const openSockets = serveSocketPairs();

/** Both ends of a new connection; the reader reads nothing until it is resumed. */
async function connectPair(): Promise<{ writer: Socket; reader: Socket }> {
  const { client, accepted } = await openSockets();
  return { writer: client, reader: accepted };
}

/** Numbered blocks, so that a lost, doubled or swapped one is seen. */
function block(number: number): Buffer {
  const bytes = Buffer.alloc(10_000, number % 251);
  bytes.writeUInt32BE(number, 0);
  return bytes;
}

test("a reader that is slow gets every byte once and in order; the sink says when it has drained", async () => {
  const { writer, reader } = await connectPair();
  const blocks = 2000;
  let written = 0;
  let refusals = 0;
  const writeMore = (): void => {
    while (written < blocks) {
      const number = written++;
      const left =
        number % 7 === 0
          ? sink.writeMany([block(number).subarray(0, 1), block(number).subarray(1)])
          : sink.write(block(number));
      if (left) continue;
      refusals++;
      return;
    }
    sink.end();
  };
  const sink = new TcpSink(writer, writeMore);
  writeMore();
  assert.equal(refusals, 1, "the kernel takes no twenty megabytes for a reader that does not read");

  const received: Buffer[] = [];
  reader.on("data", (bytes: Buffer) => received.push(bytes));
  reader.resume();
  await once(reader, "end");
  const expected = Buffer.concat(Array.from({ length: blocks }, (_, number) => block(number)));
  assert.ok(Buffer.concat(received).equals(expected));
  reader.destroy();
});

test("what is written to a TLS socket by mistake is not written to its descriptor", async () => {
  const { writer, reader } = await connectPair();
  const encrypted = Object.defineProperty(writer, "encrypted", { value: true });
  const written: string[] = [];
  encrypted.write = (bytes: Uint8Array) => written.push(Buffer.from(bytes).toString()) > 0;
  new TcpSink(encrypted, () => {}).write(Buffer.from("secret"));
  assert.deepEqual(written, ["secret"], "by the socket, which encrypts");
  writer.destroy();
  reader.destroy();
});

test("a sink whose socket was destroyed writes nothing, even when its descriptor is another connection's by now", async () => {
  const first = await connectPair();
  const sink = new TcpSink(first.writer, () => {});
  const descriptor = descriptorOf(first.writer);
  const second: { writer: Socket; reader: Socket }[] = [];
  first.writer.destroy();
  first.reader.destroy();
  await once(first.reader, "close");
  while (!second.some(({ writer, reader }) => [writer, reader].map(descriptorOf).includes(descriptor))) {
    assert.ok(second.length < 50, "the number is not given out again");
    second.push(await connectPair());
  }
  sink.write(Buffer.from("for the first connection"));
  for (const { writer, reader } of second) {
    const seen: Buffer[] = [];
    for (const socket of [writer, reader]) socket.on("data", (bytes: Buffer) => seen.push(bytes));
    writer.end();
    reader.end();
    reader.resume();
    await Promise.all([once(writer, "close"), once(reader, "close")]);
    assert.deepEqual(seen, []);
  }
});

test("nothing is heard while reading is held or paused, whatever the stream does, and then all of it in order", async (t) => {
  const { writer, reader } = await connectPair();
  t.after(() => [writer, reader].map((socket) => socket.destroy()));
  const sink = new TcpSink(reader, () => {});
  let heard = "";
  const take = (chunk: Buffer): void => {
    heard += chunk.toString("latin1");
    // One piece at a time, as the budget of a turn may have it.
    sink.holdReading();
  };
  // A chunk by the event makes the stream read on in the next tick, though it is paused by then.
  reader.once("data", () => {
    sink.hear(take);
    sink.holdReading();
  });
  reader.resume();
  const pieces = Array.from({ length: 40 }, (_, n) => `${n};`.padStart(500, "."));
  writer.write("first");
  await once(reader, "data");
  for (const [n, piece] of pieces.entries()) {
    const before = heard;
    writer.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 1));
    // What a stream does for reasons of its own.
    reader.read(0);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(heard, before, "held");
    if (n % 3 === 0) {
      sink.pause();
      sink.releaseReading();
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(heard, before, "paused");
      sink.resume();
    } else if (n % 3 === 1) {
      sink.releaseReading();
    }
  }
  writer.end();
  const isOver = once(reader, "end");
  const timer = setInterval(() => sink.releaseReading(), 1);
  await isOver;
  clearInterval(timer);
  assert.equal(heard, pieces.join(""));
});

test("whoever pauses and resumes while it hears what came late hears it in order all the same", async (t) => {
  const { writer, reader } = await connectPair();
  t.after(() => [writer, reader].map((socket) => socket.destroy()));
  const sink = new TcpSink(reader, () => {});
  let heard = "";
  sink.hear((chunk) => {
    const half = chunk.length / 2;
    heard += chunk.toString("latin1", 0, half);
    sink.pause();
    sink.resume();
    heard += chunk.toString("latin1", half);
  });
  sink.holdReading();
  for (const piece of ["abcd", "efgh", "ijkl"]) {
    const before = reader.bytesRead;
    writer.write(piece);
    while (reader.bytesRead === before) {
      reader.read(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  sink.releaseReading();
  assert.equal(heard, "abcdefghijkl");
});

function descriptorOf(socket: Socket): number | undefined {
  return (socket as unknown as { _handle: { fd: number } | null })._handle?.fd;
}
