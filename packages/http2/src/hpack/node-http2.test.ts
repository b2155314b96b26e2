// Node's own HTTP/2 (nghttp2) as the other side: its blocks decode here, and ours decode there.

import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import { test } from "node:test";
import { HpackDecoder } from "./decoder.js";
import { encodeHeaders, tableSizeUpdateToZero } from "./encoder.js";
import { InternTable } from "./intern-table.js";

const prefaceBytes = 24;
const frameHeaderBytes = 9;
const headersType = 1;
const continuationType = 9;
const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);

interface RawPeer {
  readonly port: number;
  /** Header blocks the client sent, in order, as they are on the wire. */
  readonly blocks: { streamId: number; octets: Buffer }[];
  close(): void;
}

/** A TCP server that takes requests apart into header blocks, and answers each with what `respond` gives. */
async function startRawPeer(settings: Buffer, respond: (block: number) => Uint8Array): Promise<RawPeer> {
  const blocks: RawPeer["blocks"] = [];
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.write(settings);
    let pending = Buffer.alloc(0);
    let skipped = false;
    socket.on("data", (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      if (!skipped && pending.length >= prefaceBytes) {
        pending = pending.subarray(prefaceBytes);
        skipped = true;
      }
      while (skipped && pending.length >= frameHeaderBytes) {
        const length = pending.readUIntBE(0, 3);
        if (pending.length < frameHeaderBytes + length) break;
        const ended = readFrame(pending.subarray(0, frameHeaderBytes + length), blocks);
        pending = pending.subarray(frameHeaderBytes + length);
        if (ended) socket.write(headersFrame(blocks.at(-1)?.streamId ?? 0, respond(blocks.length - 1)));
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as net.AddressInfo).port,
    blocks,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Adds what the frame brings to the blocks; true when that ends a block. */
function readFrame(frame: Buffer, blocks: RawPeer["blocks"]): boolean {
  const type = frame[3];
  const flags = frame[4] as number;
  let payload = frame.subarray(frameHeaderBytes);
  if (type === headersType) {
    if (flags & 0x08) payload = payload.subarray(1, payload.length - (payload[0] as number));
    if (flags & 0x20) payload = payload.subarray(5);
    blocks.push({ streamId: frame.readUInt32BE(5), octets: Buffer.from(payload) });
  } else if (type === continuationType) {
    const last = blocks.at(-1);
    assert.ok(last);
    last.octets = Buffer.concat([last.octets, payload]);
  } else {
    return false;
  }
  return (flags & 0x04) !== 0;
}

/** HEADERS with END_STREAM and END_HEADERS. */
function headersFrame(streamId: number, block: Uint8Array): Buffer {
  const head = Buffer.alloc(frameHeaderBytes);
  head.writeUIntBE(block.length, 0, 3);
  head[3] = headersType;
  head[4] = 0x05;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, block]);
}

const everyOctet = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).filter((c) =>
  /[\t -~\x80-\xff]/.test(c),
);

/** Requests of one connection: repeated fields, changing ones, secrets, large ones, and every octet a value may have. */
const requests: http2.OutgoingHttpHeaders[] = [
  ...Array.from({ length: 40 }, (_, i) => ({
    ":method": i % 3 === 0 ? "GET" : "POST",
    ":path": ["/cache_client.pubsub.Pubsub/Publish", "/", `/topics/default/topic-${i}`][i % 3] as string,
    ":scheme": "http",
    ":authority": "127.0.0.1:8080",
    "user-agent": "grpc-node-js/1.14.1",
    "content-type": "application/grpc",
    te: "trailers",
    authorization: `subito_${(i * 7919).toString(36)}`,
    "x-number": String(i % 5),
    "x-large": "v".repeat(i * 100),
    cookie: "a=b; c=d",
  })),
  ...everyOctet.map((c, i) => ({
    ":method": "GET",
    ":path": "/",
    ":scheme": "http",
    ":authority": "localhost",
    "x-octet": `${"aeiou".repeat(8)}${c}0${c}${"t".repeat(i % 9)}`,
  })),
];

test("what Node's client sends in one connection decodes to what it was told to send", async () => {
  const peer = await startRawPeer(emptySettings, () => encodeHeaders([[":status", "204"]]));
  const client = http2.connect(`http://127.0.0.1:${peer.port}`);
  try {
    for (const headers of requests) {
      const request = client.request(headers, { endStream: true });
      request.resume();
      await once(request, "close");
    }
  } finally {
    client.destroy();
    peer.close();
  }
  assert.equal(peer.blocks.length, requests.length);
  const decoder = new HpackDecoder({
    tableBytesMax: 4096,
    headerListBytesMax: 65_536,
    interned: new InternTable({ seed: 2 }),
  });
  peer.blocks.forEach(({ octets }, i) => {
    const { fields } = decoder.decode(octets);
    const sent: Record<string, unknown> = {};
    for (let at = 0; at < fields.length; at += 2) sent[fields[at] as string] = fields[at + 1];
    assert.deepEqual(sent, { ...requests[i] });
  });
});

test("what we encode is what Node's client reads, also when it allows no dynamic table", async () => {
  const responses = [
    [[":status", "200"]],
    [
      [":status", "200"],
      ["content-type", "application/grpc"],
      ["grpc-status", "16"],
      ["grpc-message", "not%20allowed"],
      ["authorization", "secret".repeat(40)],
    ],
    ...everyOctet.map((c) => [
      [":status", "418"],
      ["x-octet", `${"aeiou".repeat(8)}${c}0${c}0`],
      ["x-plain", `|${c}|`],
    ]),
  ] as [string, string][][];
  const block = (i: number) => {
    const octets = encodeHeaders(responses[i] as [string, string][]);
    return i === 0 ? Buffer.concat([tableSizeUpdateToZero, octets]) : octets;
  };
  const peer = await startRawPeer(emptySettings, block);
  const client = http2.connect(`http://127.0.0.1:${peer.port}`, { settings: { headerTableSize: 0 } });
  try {
    for (const response of responses) {
      const request = client.request({ ":path": "/" }, { endStream: true });
      request.resume();
      const [headers] = (await once(request, "response")) as [http2.IncomingHttpHeaders];
      for (const [name, value] of response) assert.equal(String(headers[name]), value, name);
    }
  } finally {
    client.destroy();
    peer.close();
  }
});
