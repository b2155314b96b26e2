// A client of /ws in JSON for tests of whole servers, over the raw client of packages/websocket.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { TestContext } from "node:test";
import { type HandshakeAsk, RawWebSocketClient, clientFrame } from "@subito/websocket/testing/raw-client.js";
import { toBinaryMessage } from "./binary-message.js";

export type Json = Readonly<Record<string, unknown>>;

/** A message of the server; `value` is what stands behind the JSON of a binary one. */
export interface Received {
  readonly json: Json;
  readonly value?: Buffer;
}

const BINARY = 2;

export class SocketClient {
  readonly raw: RawWebSocketClient;
  /** What has come beside answers, and was not asked for yet. */
  readonly #pushed: Received[] = [];
  #lastId = 0;

  constructor(raw: RawWebSocketClient) {
    this.raw = raw;
  }

  /** Sends a request and resolves to its answer, which must be the next one. */
  async ask(message: Json): Promise<Json> {
    const id = ++this.#lastId;
    this.raw.text(JSON.stringify({ id, ...message }));
    return this.#answer(id);
  }

  /** A publish as a binary message. */
  async publishBinary(message: Json, value: Uint8Array): Promise<Json> {
    const id = ++this.#lastId;
    this.raw.send(clientFrame(BINARY, toBinaryMessage({ id, type: "publish", ...message }, value)));
    return this.#answer(id);
  }

  async #answer(id: number): Promise<Json> {
    for (;;) {
      const received = await this.#read();
      if (!("id" in received.json)) {
        this.#pushed.push(received);
        continue;
      }
      assert.equal(received.json["id"], id, JSON.stringify(received.json));
      return received.json;
    }
  }

  /** The next message that is no answer. */
  async next(): Promise<Received> {
    return this.#pushed.shift() ?? (await this.#read());
  }

  /** The next `count` messages that are no answers: each item's text, or its type. */
  async texts(count: number): Promise<string[]> {
    const texts: string[] = [];
    while (texts.length < count) {
      const { json } = await this.next();
      const item = json["item"] as { readonly value?: { readonly text: string } } | undefined;
      texts.push(item?.value?.text ?? String(json["type"]));
    }
    return texts;
  }

  /** Cuts the connection. */
  break(): void {
    this.raw.transport.destroy();
  }

  async #read(): Promise<Received> {
    for (;;) {
      const told = await this.raw.next();
      if (told.startsWith("text:")) return { json: JSON.parse(told.slice(5)) as Json };
      if (told.startsWith("binary:")) return readBinary(Buffer.from(told.slice(7), "latin1"));
      assert.ok(told.startsWith("ping:"), told);
    }
  }
}

function readBinary(message: Buffer): Received {
  const end = 4 + message.readUInt32BE(0);
  return { json: JSON.parse(message.toString("utf8", 4, end)) as Json, value: message.subarray(end) };
}

/** A socket before its handshake. */
export async function connectSocket(
  t: TestContext,
  { port }: { readonly port: number },
): Promise<RawWebSocketClient> {
  const transport = connect({ port, host: "127.0.0.1" });
  t.after(() => transport.destroy());
  await once(transport, "connect");
  return new RawWebSocketClient(transport);
}

/** Answers a Close frame, so that a server that stops need not wait. */
async function answerClose(raw: RawWebSocketClient): Promise<void> {
  try {
    await raw.until(() => raw.told.some((told) => told.startsWith("close")));
    raw.close();
  } catch {
    // It was cut before.
  }
}

/** An open socket. */
export async function openSocket(
  t: TestContext,
  server: { readonly port: number },
  ask: HandshakeAsk = {},
): Promise<SocketClient> {
  const raw = await connectSocket(t, server);
  assert.match(await raw.handshake(ask), /^HTTP\/1\.1 101 /);
  void answerClose(raw);
  return new SocketClient(raw);
}
