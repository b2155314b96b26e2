// Bad input over plain TCP: each is answered or closed, a subscription beside it notices nothing, and memory stays.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { connect as connectTls } from "node:tls";

import { startSubito } from "../harness.mjs";
import { callUnary, createPubsubClient, readItem } from "./grpc-client.mjs";

/** From the connection to the whole preface; short, for these tests. */
const prefaceTimeoutMs = 1_000;
/** Long enough for a busy machine; nothing here measures time. */
const patienceMs = 30_000;
const memoryGrowthBytesMax = 100 * 1024 * 1024;
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const emptySettings = toFrame(0x4, 0, 0, Buffer.alloc(0));

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {any} */
let client;
/** @type {import("@grpc/grpc-js").ClientReadableStream<any>} */
let witness;
let witnessed = 0;

before(async () => {
  server = await startSubito({ args: ["--preface-timeout-ms", String(prefaceTimeoutMs)] });
  client = createPubsubClient(server.port);
  witness = client.Subscribe({ cache_name: "default", topic: "witness" });
  witness.on("error", () => {});
  await checkServer();
});
after(async () => {
  witness?.cancel();
  client?.close();
  await server?.stop();
});

/** The subscription that was there before all of this goes on, on the same stream. */
async function checkServer() {
  const request = { cache_name: "default", topic: "witness", value: { text: "still here" } };
  assert.equal((await callUnary(client, "Publish", request)).code, 0);
  const { item } = await readItem(witness);
  witnessed += 1;
  assert.equal(item.topic_sequence_number, witnessed);
}

/**
 * Sends bytes, and keeps its own side open.
 * @param {Uint8Array} bytes
 * @param {number} [timeoutMs]
 * @returns {Promise<Buffer>} what came until the server closed the connection
 */
function exchange(bytes, timeoutMs = patienceMs) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    /** @type {Buffer[]} */
    const pieces = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(
        new Error(`Not closed within ${timeoutMs} ms; received ${Buffer.concat(pieces).toString("latin1")}`),
      );
    }, timeoutMs);
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(pieces));
    };
    socket.on("data", (piece) => pieces.push(piece));
    socket.on("end", finish);
    // A reset is a way of closing, too.
    socket.on("error", finish);
    socket.write(bytes);
  });
}

/**
 * @param {number} type
 * @param {number} flags
 * @param {number} streamId
 * @param {Uint8Array} payload
 */
function toFrame(type, flags, streamId, payload) {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
}

/** The error code of the GOAWAY frame in what an HTTP/2 server sent. @param {Buffer} received */
function findGoawayCode(received) {
  for (let at = 0; at + 9 <= received.length; at += 9 + received.readUIntBE(at, 3)) {
    if (received[at + 3] === 0x7) return received.readUInt32BE(at + 13);
  }
  return undefined;
}

/** Resident memory of the server. */
function readMemoryBytes() {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"));
  return Number(match?.[1]) * 1024;
}

describe("bytes of no protocol", () => {
  it("are refused at once or after the preface's time", async () => {
    for (const bytes of [
      Buffer.from([0]),
      Buffer.from([0x16]),
      Buffer.alloc(1000),
      Buffer.from("\xff\xfe\xfd garbage", "latin1"),
      Buffer.from("garbage"),
      Buffer.from("GARBAGE WITHOUT END\r\n\r\n"),
      Buffer.from("GET / HTTP/9.9\r\n\r\n"),
      Buffer.from("*1\r\n$4\r\nPING\r\n"),
    ]) {
      await exchange(bytes).catch((error) =>
        assert.fail(`${JSON.stringify(bytes.toString("latin1").slice(0, 40))}: ${error.message}`),
      );
    }
    await checkServer();
  });

  it("random bytes", async () => {
    await Promise.all(
      Array.from({ length: 100 }, () =>
        exchange(Buffer.concat([Buffer.from([0x80]), randomBytes(64 * 1024)])),
      ),
    );
    await checkServer();
  });

  it("nothing at all", async () => {
    assert.equal((await exchange(Buffer.alloc(0))).length, 0);
  });

  it("half a preface and then silence", async () => {
    for (const length of [1, 4, 16, 18, 23]) {
      // What the server may say first is its own SETTINGS, and GOAWAY; not HTTP/1.1.
      const received = await exchange(preface.subarray(0, length));
      assert.ok(!received.includes("HTTP/1"), received.toString("latin1"));
    }
    await checkServer();
  });
});

describe("HTTP/2 gone wrong", () => {
  /** @type {[title: string, bytes: Buffer, code: number][]} */
  const cases = [
    ["no SETTINGS first", toFrame(0x6, 0, 0, Buffer.alloc(8)), 1],
    ["garbage after the preface", Buffer.from("garbage that is long enough to be a frame"), 6],
    ["a frame over the limit", Buffer.concat([emptySettings, toFrame(0x0, 0, 1, Buffer.alloc(16_385))]), 6],
    [
      "a header block of nonsense",
      Buffer.concat([emptySettings, toFrame(0x1, 0x5, 1, Buffer.alloc(20, 0xff))]),
      9,
    ],
    [
      "data on a stream that was never opened",
      Buffer.concat([emptySettings, toFrame(0x0, 0x1, 1, Buffer.alloc(1))]),
      1,
    ],
    [
      "an even stream",
      Buffer.concat([emptySettings, toFrame(0x1, 0x5, 2, Buffer.from([0x82, 0x86, 0x84]))]),
      1,
    ],
    [
      "a CONTINUATION of nothing",
      Buffer.concat([emptySettings, toFrame(0x9, 0x4, 1, Buffer.from([0x82]))]),
      1,
    ],
  ];
  for (const [title, bytes, code] of cases) {
    it(title, async () => {
      const received = await exchange(Buffer.concat([preface, bytes]));
      assert.equal(findGoawayCode(received), code, received.toString("hex"));
      await checkServer();
    });
  }

  it("a flood of CONTINUATION frames", async () => {
    const frames = [toFrame(0x1, 0, 1, Buffer.from([0x82, 0x86, 0x84]))];
    for (let index = 0; index < 1000; index++) frames.push(toFrame(0x9, 0, 1, Buffer.alloc(100, 0x82)));
    const received = await exchange(Buffer.concat([preface, emptySettings, ...frames]));
    assert.equal(findGoawayCode(received), 0xb, received.toString("hex"));
    await checkServer();
  });
});

describe("headers beyond every measure", () => {
  it("HTTP/1.1", async () => {
    const received = await exchange(
      Buffer.from(`GET /livez HTTP/1.1\r\nhost: localhost\r\nx-long: ${"x".repeat(100_000)}\r\n\r\n`),
    );
    assert.match(received.toString("latin1"), /^HTTP\/1\.1 431 /);
    await checkServer();
  });

  it("HTTP/2, a list over the limit in a block that can be read", async () => {
    const session = connectHttp2(server.url);
    const stream = session.request({ ":path": "/livez", "x-long": "x".repeat(20_000) });
    const status = await new Promise((resolve, reject) => {
      stream.once("response", (headers) => resolve(headers[":status"]));
      stream.once("error", reject);
      session.once("error", reject);
    });
    session.destroy();
    assert.equal(status, 431);
    await checkServer();
  });

  it("HTTP/2, 100 KB", async () => {
    // A literal without indexing, whose value goes on over CONTINUATION frames: HPACK 6.2.2, length 100,000 as 5.1 has it.
    const rest = 100_000 - 127;
    const length = [0x7f, (rest & 0x7f) | 0x80, ((rest >> 7) & 0x7f) | 0x80, rest >> 14];
    const block = Buffer.concat([
      Buffer.from([0x82, 0x86, 0x84, 0x00, 1, 0x78, ...length]),
      Buffer.alloc(100_000, 0x78),
    ]);
    const frames = [];
    for (let at = 0; at < block.length; at += 16_384) {
      const flags = at + 16_384 >= block.length ? 0x4 : 0;
      frames.push(toFrame(at === 0 ? 0x1 : 0x9, flags, 1, block.subarray(at, at + 16_384)));
    }
    const received = await exchange(Buffer.concat([preface, emptySettings, ...frames]));
    assert.equal(findGoawayCode(received), 0xb, received.toString("hex"));
    await checkServer();
  });
});

describe("TLS on the plain port", () => {
  it("is closed", async () => {
    const socket = connectTls({
      port: server.port,
      host: "127.0.0.1",
      ALPNProtocols: ["h2"],
      rejectUnauthorized: false,
    });
    await new Promise((resolve, reject) => {
      socket.once("secureConnect", () => reject(new Error("There is TLS on the plain port.")));
      socket.once("error", resolve);
      setTimeout(() => reject(new Error("Not closed.")), patienceMs).unref();
    });
    await checkServer();
  });
});

describe("HTTP/1.x in its other forms", () => {
  it("HTTP/1.0 is told which versions there are", async () => {
    const received = (await exchange(Buffer.from("GET /livez HTTP/1.0\r\n\r\n"))).toString("latin1");
    assert.match(received, /^HTTP\/1\.1 505 /);
  });

  it("an HTTP/1.1 request without a host is a bad request", async () => {
    assert.match(
      (await exchange(Buffer.from("GET /livez HTTP/1.1\r\n\r\n"))).toString("latin1"),
      /^HTTP\/1\.1 400 /,
    );
  });

  it("a request that contradicts itself is a bad request", async () => {
    const received = await exchange(
      Buffer.from(
        "POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      ),
    );
    assert.match(received.toString("latin1"), /^HTTP\/1\.1 400 /);
    await checkServer();
  });
});

describe("connections that wait", () => {
  it("an HTTP/1.1 request that never ends is given up", async () => {
    await exchange(Buffer.from("GET /livez HTTP/1.1\r\nhost: localhost\r\n"), 2 * patienceMs);
    await checkServer();
  });

  it("idle HTTP/1.1 connections do not hold up the end", async () => {
    // With a grace longer than the harness waits for an end.
    const other = await startSubito({ args: ["--shutdown-grace-ms", "120000"] });
    const socket = connect(other.port, "127.0.0.1");
    socket.write("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await once(socket, "data");
    assert.equal(await other.stop(), 0);
    socket.destroy();
  });
});

describe("memory", () => {
  it(
    "does not grow with bad input",
    { skip: process.platform !== "linux" && "/proc is missing" },
    async () => {
      const flood = async () => {
        const half = preface.subarray(0, 10);
        const large = Buffer.concat([
          Buffer.from(
            "POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000000\r\n\r\n",
          ),
          Buffer.alloc(4 * 1024 * 1024),
        ]);
        const garbage = Buffer.concat([Buffer.from([0x80]), randomBytes(256 * 1024)]);
        await Promise.all([
          ...Array.from({ length: 100 }, () => exchange(half)),
          ...Array.from({ length: 20 }, () => exchange(large)),
          ...Array.from({ length: 40 }, () => exchange(garbage)),
        ]);
      };
      await flood();
      const before = readMemoryBytes();
      for (let round = 0; round < 3; round++) await flood();
      const grown = readMemoryBytes() - before;
      assert.ok(grown < memoryGrowthBytesMax, `${Math.round(grown / 1024 / 1024)} MiB more`);
      await checkServer();
    },
  );
});
