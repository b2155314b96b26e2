// Fuzzes the ends of requests: cut there, whatever came in whatever pieces, node:http's own parser finds the same requests as byte by
// byte, and finds each head and each end by the last byte of a piece.

import assert from "node:assert/strict";
import { type IncomingMessage, type Server, createServer } from "node:http";
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { type FuzzTarget, type Random, cutAtRandom, latin1, randomOf } from "@subito/fuzz";
import { Http1Messages } from "./http1-messages.js";

const server: Server = createServer({ requireHostHeader: false });
// Those with an expectation that cannot be met are no `request`.
server.on("checkExpectation", (request) => server.emit("request", request));
server.on("clientError", (_error, socket) => socket.destroy());

/** node:http, and what it found in what it was given. */
class Parser {
  readonly requests: IncomingMessage[] = [];
  readonly #socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  readonly #parse: (chunk: Buffer) => void;

  constructor(onRequest: (request: IncomingMessage) => void = () => undefined) {
    const take = (request: IncomingMessage): void => {
      this.requests.push(request);
      onRequest(request);
    };
    this.#socket.on("error", () => undefined);
    server.emit("connection", this.#socket);
    this.#parse = this.#socket.listeners("data")[0] as (chunk: Buffer) => void;
    server.on("request", take);
    this.close = () => {
      server.off("request", take);
      this.#socket.destroy();
      // Gives its parser back at once, not in a later turn.
      this.#socket.emit("close");
    };
  }

  readonly close: () => void;

  hasFailed(): boolean {
    return this.#socket.destroyed;
  }

  parse(bytes: Uint8Array): void {
    if (!this.hasFailed() && bytes.length > 0) this.#parse.call(this.#socket, Buffer.from(bytes));
  }

  /** How many heads, and how many whole requests, it has found. */
  get found(): readonly [number, number] {
    return [this.requests.length, this.requests.filter(({ complete }) => complete).length];
  }

  tell(): string[] {
    const told = this.requests.map(({ method, url, complete }) => `${method} ${url} ${complete}`);
    return [...told, this.hasFailed() ? "failed" : "going on"];
  }
}

/** Byte by byte: of what comes in one piece behind a request for another protocol that is answered nonetheless, node:http loses all. */
function parseSlowly(bytes: Uint8Array): string[] {
  const parser = new Parser();
  for (const byte of bytes) parser.parse(Uint8Array.of(byte));
  const told = parser.tell();
  parser.close();
  return told;
}

function parseCut(pieces: readonly Uint8Array[]): string[] {
  const messages = new Http1Messages();
  const parser = new Parser((request) => messages.begin(request));
  for (const piece of pieces) {
    let rest = Buffer.from(piece);
    while (rest.length > 0 && !parser.hasFailed()) {
      const cut = rest.subarray(0, messages.next(rest));
      assert.ok(cut.length > 0, "does not get on");
      const before = parser.found;
      parser.parse(cut.subarray(0, -1));
      if (!parser.hasFailed()) assert.deepEqual(parser.found, before, `cut too late: ${latin1(cut)}`);
      parser.parse(cut.subarray(-1));
      messages.parsed(cut);
      const [heads, whole] = parser.found;
      if (!parser.hasFailed() && whole > before[1])
        assert.ok(messages.between, "the end of a request is not seen");
      if (!parser.hasFailed() && messages.between) assert.equal(heads, whole, "no end of a request");
      rest = rest.subarray(cut.length);
    }
  }
  const told = parser.tell();
  parser.close();
  return told;
}

let runs = 0;

async function run(input: Uint8Array): Promise<void> {
  const slowly = parseSlowly(input);
  const cut = parseCut(cutAtRandom(input, randomOf(input)));
  assert.deepEqual(cut, slowly);
  // What closing leaves to later turns is done now and then.
  if (++runs % 64 === 0) await setImmediate();
}

const HEADS = [
  "GET /a HTTP/1.1\r\nhost: x\r\n\r\n",
  "POST /b HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n",
  "POST /c HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n",
  "GET /d HTTP/1.1\r\nhost: x\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
  "PUT /e HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n",
  "PUT /f HTTP/1.1\r\nexpect: x\r\ncontent-length: 4\r\n\r\n",
];
const BODIES = [
  "",
  "012345678",
  "\r\n\r\n\r\n\r\n\r",
  "4\r\n\r\n\r\n\r\n0\r\n\r\n",
  "0\r\na: b\r\n\r\n",
  "\r\n\r\n",
];

function generate(random: Random): Uint8Array {
  const parts = Array.from({ length: 1 + random.below(6) }, () => random.pick(HEADS) + random.pick(BODIES));
  return Buffer.from(parts.join(""), "latin1");
}

export const targets: readonly FuzzTarget[] = [
  {
    name: "http1-messages",
    inputBytesMax: 400,
    seeds: [
      "",
      HEADS.join(""),
      `${HEADS[0]}\r\n\r\n${HEADS[0]}`,
      `${HEADS[1]}${BODIES[1]}${HEADS[0]}`,
      `${HEADS[1]}${BODIES[2]}${HEADS[1]}`,
      `${HEADS[2]}${BODIES[3]}${HEADS[0]}`,
      `${HEADS[2]}${BODIES[4]}${HEADS[2]}${BODIES[4]}`,
      "GET / HTTP/1.0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
      "CONNECT x:1 HTTP/1.1\r\n\r\n",
    ],
    dictionary: [
      "\r\n\r\n",
      "\r\n",
      "\r",
      "\n",
      "GET / HTTP/1.1\r\n",
      "content-length: 3\r\n",
      "0\r\n\r\n",
      "1\r\na\r\n",
    ],
    generate,
    run,
  },
];
