// Bodies that go on, over HTTP/1.1: what leaves together.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { test } from "node:test";
import { BodyChunk, type BodySink } from "../../rpc/http-message.js";
import { Http1Stream } from "./http1-stream.js";

// `EventSource` opens with the header fields: were the first id of a stream to come later, a page that is cut off in between would come
// back without one, and lose what it was "open" for.
test("the header fields go out in one write with what the body begins with", async (t) => {
  const writes: Buffer[] = [];
  const server = createServer((_request, outgoing) => {
    const socket = outgoing.socket as Socket;
    recordWrites(socket, writes);
    let body: BodySink | undefined;
    const source = {
      start: (sink: BodySink) => {
        body = sink;
        sink.write(new BodyChunk(Buffer.from("first")));
      },
      resume: () => undefined,
      close: () => undefined,
    };
    new Http1Stream(outgoing, source).start({ status: 200, headers: [["x-first", "yes"]], body: source });
    body?.write(new BodyChunk(Buffer.from("second")));
    body?.end();
  });
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  assert.equal(await answer.text(), "firstsecond");
  assert.match(String(writes[0]), /^HTTP\/1\.1 200 OK\r\n[^]*x-first: yes[^]*\r\n\r\n5\r\nfirst\r\n$/);
});

/** What goes to the system in one call is one entry. */
function recordWrites(socket: Socket, writes: Buffer[]): void {
  const write = socket._write.bind(socket);
  const writev = socket._writev?.bind(socket);
  socket._write = (chunk: Buffer | string, encoding, callback) => {
    writes.push(Buffer.from(chunk as string, encoding));
    write(chunk, encoding, callback);
  };
  socket._writev = (chunks, callback) => {
    writes.push(Buffer.concat(chunks.map(({ chunk, encoding }) => Buffer.from(chunk as string, encoding))));
    writev?.(chunks, callback);
  };
}
