// What real sockets read into the one buffer: nothing is lost, and nothing comes while it should not.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { type SocketPair, serveSocketPairs } from "../../testing/socket-pairs.js";
import { type HeardSocket, hear, hearShared } from "./shared-reads.js";

const connectPair = serveSocketPairs();

/** Bytes in which every place tells itself and its sender. */
function numbered(bytes: number, sender: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 7 + (i >> 8) + sender * 101) & 0xff));
}

test("connections that send at once are each heard in full, though all are read into one buffer", async () => {
  const pairs: SocketPair[] = [];
  while (pairs.length < 10) pairs.push(await connectPair());
  const memory = new Set<ArrayBufferLike>();
  await Promise.all(
    pairs.map(async ({ client, accepted }, sender) => {
      const sent = numbered(200_000, sender);
      const heard: Buffer[] = [];
      const take = (chunk: Buffer): void => {
        memory.add(chunk.buffer);
        heard.push(Buffer.from(chunk));
      };
      assert.ok(hearShared(accepted, take), "this Node has what it takes");
      accepted.resume();
      for (let at = 0; at < sent.length; at += 1000) {
        client.write(sent.subarray(at, at + 1000));
        if (at % 5000 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      client.end();
      await once(accepted, "end");
      assert.ok(Buffer.concat(heard).equals(sent));
      accepted.destroy();
    }),
  );
  assert.equal(memory.size, 1);
});

test("bytes heard before by the event go on without a gap, and the event is heard no more", async () => {
  const { client, accepted } = await connectPair();
  let before = "";
  let behind = "";
  const onData = (chunk: Buffer): void => void (before += chunk.toString("latin1"));
  accepted.on("data", onData);
  accepted.resume();
  client.write("first,");
  while (before === "") await once(accepted, "data");
  accepted.on("data", () => assert.fail("the event"));
  hear(accepted, (chunk) => void (behind += chunk.toString("latin1")));
  client.end("second");
  await once(accepted, "end");
  assert.deepEqual([before, behind], ["first,", "second"]);
  accepted.destroy();
});

test("a socket that is paused while it is read brings nothing more until it is resumed", async () => {
  const { client, accepted } = await connectPair();
  const sent = numbered(1_000_000, 3);
  const heard: Buffer[] = [];
  let isPaused = false;
  hear(accepted, (chunk) => {
    assert.ok(!isPaused);
    heard.push(Buffer.from(chunk));
    isPaused = true;
    accepted.pause();
    setImmediate(() => {
      isPaused = false;
      accepted.resume();
    });
  });
  accepted.resume();
  client.end(sent);
  await once(accepted, "end");
  assert.ok(heard.length > 10);
  assert.ok(Buffer.concat(heard).equals(sent));
  accepted.destroy();
});

test("bytes that wait in the stream are not passed over", async () => {
  const { client, accepted } = await connectPair();
  client.end("waits");
  accepted.on("readable", () => {});
  while (accepted.readableLength === 0) await new Promise((resolve) => setImmediate(resolve));
  accepted.removeAllListeners("readable");
  let heard = "";
  const take = (chunk: Buffer): void => void (heard += chunk.toString());
  assert.equal(hearShared(accepted, take), false);
  hear(accepted, take);
  accepted.resume();
  await once(accepted, "end");
  assert.equal(heard, "waits");
  accepted.destroy();
});

test("where Node has no such way, the event is listened to", () => {
  const socket = Object.assign(new EventEmitter(), { readableLength: 0 }) as unknown as HeardSocket &
    EventEmitter;
  const heard: string[] = [];
  const take = (chunk: Buffer): void => void heard.push(chunk.toString());
  assert.equal(hearShared(socket, take), false);
  hear(socket, take);
  socket.emit("data", Buffer.from("bytes"));
  assert.deepEqual(heard, ["bytes"]);
});
