// A gRPC client for tests that speaks HTTP/2 frames to the real HTTP/2 layer in memory: turns end when the test says so, and
// time moves when the test moves it.

import assert from "node:assert/strict";
import { lend } from "@subito/fuzz";
import { type ByteSink, type Http2Connection, createHttp2Server, encodeHeaders } from "@subito/http2";
import type { ServiceError } from "../kernel/errors.js";
import { createTurn } from "../kernel/turn.js";
import { Decompressor } from "../rpc/compression.js";
import { GrpcCall } from "../rpc/grpc/call.js";
import type { Method } from "../rpc/methods.js";
import { RequestMemory } from "../rpc/request-memory.js";
import { type FakeClock, createFakeClock } from "./fake-clock.js";

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const FRAME_HEADER_BYTES = 9;
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
/** `:status: 200`, as its place in HPACK's static table. */
const STATUS_200 = 0x88;

type Fields = readonly (readonly [name: string, value: string])[];

/** What has come of one call. Lists of fields in the order of the wire. */
export interface CallOutcome {
  /** Response headers, or the one block of a trailers-only answer. */
  readonly headers: Record<string, string> | undefined;
  readonly messages: readonly Buffer[];
  readonly trailers: Record<string, string> | undefined;
  /** The server has ended its half. */
  readonly ended: boolean;
  /** HEADERS frames: one for a trailers-only answer, two for others. */
  readonly headerBlocks: number;
  /** Code of RST_STREAM. */
  readonly resetCode: number | undefined;
}

export interface GrpcPeerOptions {
  readonly methods?: Readonly<Record<string, Method>>;
  readonly messageBytesMax?: number;
  readonly requestBytesTotalMax?: number;
}

export function toFrame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
}

export class GrpcPeer implements ByteSink {
  readonly peerAddress = "192.0.2.1";
  readonly clock: FakeClock = createFakeClock();
  readonly memory: RequestMemory;
  readonly internalErrors: ServiceError[] = [];
  readonly connection: Http2Connection;
  #received = Buffer.alloc(0);
  readonly #ends: (() => void)[] = [];

  constructor(options: GrpcPeerOptions = {}) {
    this.memory = new RequestMemory(options.requestBytesTotalMax ?? 1_000_000);
    const methods = new Map(Object.entries(options.methods ?? {}));
    const turn = createTurn((run) => this.#ends.push(run));
    const environment = {
      turn,
      clock: this.clock,
      messageBytesMax: options.messageBytesMax ?? 1000,
      decompressor: new Decompressor({
        messageBytesMax: options.messageBytesMax ?? 1000,
        decompressionsMax: 2,
      }),
      requestMemory: this.memory,
      onInternalError: (error: ServiceError) => this.internalErrors.push(error),
    };
    const server = createHttp2Server({
      turn,
      monotonicMs: () => this.clock.monotonicMs(),
      seed: 1,
      onRequest: (stream) => new GrpcCall(stream, methods.get(stream.headers.path), environment),
    });
    this.connection = server.connect(this);
    this.receive(PREFACE, toFrame(SETTINGS, 0, 0, Buffer.alloc(0)));
    this.endTurn();
  }

  // ---- ByteSink ----

  write(bytes: Uint8Array): boolean {
    this.#received = Buffer.concat([this.#received, bytes]);
    return true;
  }

  writeMany(pieces: readonly Uint8Array[]): boolean {
    return this.write(Buffer.concat(pieces));
  }

  pause(): void {
    assert.fail("the peer takes everything");
  }

  resume(): void {
    assert.fail("the peer takes everything");
  }

  end(): void {
    // Seen by tests through the frames before it.
  }

  destroy(): void {
    assert.fail("the server cut the connection");
  }

  // ---- what a test does ----

  /** Gives bytes to the server without ending the turn. */
  receive(...parts: readonly Uint8Array[]): void {
    lend(Buffer.concat(parts), (view) => this.connection.receive(view));
  }

  endTurn(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  /** Lets everything that waits for promises (also of the thread pool) go on, then ends the turn. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.endTurn();
  }

  /** Settles until a call has ended. */
  async ended(streamId: number): Promise<CallOutcome> {
    while (!this.outcome(streamId).ended) await this.settle();
    return this.outcome(streamId);
  }

  /** Begins a call; its body follows with `data`. */
  begin(streamId: number, path: string, extra: Fields = []): void {
    const block = encodeHeaders([
      [":method", "POST"],
      [":scheme", "http"],
      [":path", path],
      [":authority", "localhost"],
      ["content-type", "application/grpc"],
      ["te", "trailers"],
      ...extra,
    ]);
    this.receive(toFrame(HEADERS, END_HEADERS, streamId, block));
  }

  data(streamId: number, bytes: Uint8Array, endStream = false): void {
    this.receive(toFrame(DATA, endStream ? END_STREAM : 0, streamId, bytes));
  }

  /** A whole call with this body in one turn. */
  call(streamId: number, path: string, body: Uint8Array, extra: Fields = []): CallOutcome {
    this.begin(streamId, path, extra);
    this.data(streamId, body, true);
    this.endTurn();
    return this.outcome(streamId);
  }

  reset(streamId: number): void {
    const code = Buffer.alloc(4);
    code.writeUInt32BE(8);
    this.receive(toFrame(RST_STREAM, 0, streamId, code));
    this.endTurn();
  }

  /** What has come of a call until now. */
  outcome(streamId: number): CallOutcome {
    const blocks: Buffer[] = [];
    const body: Buffer[] = [];
    let ended = false;
    let resetCode: number | undefined;
    for (const { type, flags, payload } of this.#framesOf(streamId)) {
      if (type === HEADERS) blocks.push(payload);
      if (type === DATA) body.push(payload);
      if (type === RST_STREAM) resetCode = payload.readUInt32BE(0);
      if ((type === HEADERS || type === DATA) && (flags & END_STREAM) !== 0) ended = true;
    }
    return {
      headers: blocks[0] && decodeFields(blocks[0]),
      messages: splitMessages(Buffer.concat(body)),
      trailers: blocks[1] && decodeFields(blocks[1]),
      ended,
      headerBlocks: blocks.length,
      resetCode,
    };
  }

  #framesOf(streamId: number): { type: number; flags: number; payload: Buffer }[] {
    const found: { type: number; flags: number; payload: Buffer }[] = [];
    for (let at = 0; at < this.#received.length;) {
      const end = at + FRAME_HEADER_BYTES + this.#received.readUIntBE(at, 3);
      if (this.#received.readUInt32BE(at + 5) === streamId) {
        const payload = this.#received.subarray(at + FRAME_HEADER_BYTES, end);
        found.push({
          type: this.#received.readUInt8(at + 3),
          flags: this.#received.readUInt8(at + 4),
          payload,
        });
      }
      at = end;
    }
    return found;
  }
}

function splitMessages(body: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    assert.equal(body[at], 0, "messages are sent uncompressed");
    const end = at + 5 + body.readUInt32BE(at + 1);
    assert.ok(end <= body.length, "a message is cut short");
    messages.push(body.subarray(at + 5, end));
    at = end;
  }
  return messages;
}

/**
 * Our blocks refer to no table of the connection, so that they mean the same as part of a request: a second server in memory
 * reads them.
 */
function decodeFields(block: Buffer): Record<string, string> {
  const hasStatus = block[0] === STATUS_200;
  const found: Record<string, string> = hasStatus ? { ":status": "200" } : {};
  const server = createHttp2Server({
    turn: { write: () => undefined },
    monotonicMs: () => 0,
    seed: 1,
    onRequest: ({ headers }) => {
      const { fields } = headers;
      for (let i = 0; i < fields.length; i += 2) found[fields[i] as string] = fields[i + 1] as string;
      return {
        data: () => undefined,
        end: () => undefined,
        writable: () => undefined,
        closed: () => undefined,
      };
    },
    onConnectionError: (_, reason) => assert.fail(reason),
  });
  const request = encodeHeaders([
    [":method", "GET"],
    [":scheme", "http"],
    [":path", "/"],
    [":authority", "x"],
  ]);
  const whole = Buffer.concat([request, block.subarray(hasStatus ? 1 : 0)]);
  const nothing = (): boolean => true;
  const sink = {
    peerAddress: "192.0.2.1",
    write: nothing,
    writeMany: nothing,
    pause: nothing,
    resume: nothing,
    end: nothing,
    destroy: nothing,
  };
  const frames = [
    PREFACE,
    toFrame(SETTINGS, 0, 0, Buffer.alloc(0)),
    toFrame(HEADERS, END_HEADERS | END_STREAM, 1, whole),
  ];
  server.connect(sink).receive(Buffer.concat(frames));
  return found;
}
