// What the HTTP/2 layer may rely on over TLS: a buffer is free when write returns true, and a peer that does not read is noticed.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type TLSSocket, connect, createServer } from "node:tls";
import { makeCertificates } from "../../testing/tls.js";
import { TlsSink } from "./tls-sink.js";

async function openPair(t: TestContext): Promise<{ client: TLSSocket; server: TLSSocket }> {
  const directory = await makeCertificates(t);
  const read = (name: string): string => readFileSync(join(directory, name), "utf8");
  const listener = createServer({ cert: read("cert.pem"), key: read("key.pem") });
  t.after(() => listener.close());
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  const client = connect({ host: "127.0.0.1", port, ca: read("ca.pem") });
  t.after(() => client.destroy());
  const [server] = (await once(listener, "secureConnection")) as [TLSSocket];
  t.after(() => server.destroy());
  return { client, server };
}

const PIECE_BYTES = 256 * 1024;

test("over TLS a buffer may be used again after true; after false it is let alone until the sink has drained", async (t) => {
  const { client, server } = await openPair(t);
  client.pause();
  let drained = 0;
  let onDrained: (() => void) | undefined;
  const sink = new TlsSink(server, () => {
    drained++;
    onDrained?.();
  });
  const sent: number[] = [];
  const scratch = Buffer.alloc(PIECE_BYTES);
  let isLeft = true;
  // Until the kernel's buffers are full: two writes in a turn are not both taken.
  while (isLeft) {
    const mark = sent.length + 1;
    sent.push(mark);
    scratch.fill(mark);
    isLeft =
      sent.length % 2 === 0
        ? sink.writeMany([scratch.subarray(0, 9), scratch.subarray(9)])
        : sink.write(scratch);
    if (isLeft) scratch.fill(0);
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(sent.length < 200, "a peer that does not read is never noticed");
  }
  assert.equal(drained, 0);
  const whole = new Promise<void>((resolve) => (onDrained = resolve));
  const received: Buffer[] = [];
  let bytes = 0;
  const all = new Promise<void>((resolve) => {
    client.on("data", (chunk: Buffer) => {
      received.push(chunk);
      bytes += chunk.length;
      if (bytes === sent.length * PIECE_BYTES) resolve();
    });
  });
  client.resume();
  await Promise.all([all, whole]);
  assert.equal(drained, 1);
  const got = Buffer.concat(received);
  sent.forEach((mark, i) => {
    const piece = got.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES);
    assert.ok(piece.equals(Buffer.alloc(PIECE_BYTES, mark)), `piece ${i}`);
  });
  assert.ok(sink.write(Buffer.from("again")));
});
