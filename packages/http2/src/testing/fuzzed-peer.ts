// A connection with an application behind it that answers in every way it may, and a peer that is made of bytes: for fuzzing.

import assert from "node:assert/strict";
import { type Random, lend } from "@subito/fuzz";
import type { ByteSink } from "../byte-sink.js";
import { Http2Connection } from "../connection.js";
import type { ConnectionContext } from "../context.js";
import { ErrorCode } from "../error-code.js";
import { settingsFrame, windowUpdateFrame } from "../frames.js";
import { MAX_31_BITS } from "../frame-types.js";
import { encodeHeaders } from "../hpack/encoder.js";
import { InternTable } from "../hpack/intern-table.js";
import { type Http2Limits, defaultHttp2Limits } from "../limits.js";
import { Scratch } from "../outbox.js";
import { Reply, SharedBytes } from "../stamped-frames.js";
import { CONNECTION_FAULTS } from "../fault.js";
import { OutboxBudget } from "../outbox-budget.js";
import type { Http2Stream, StreamEnd, StreamHandler } from "../stream.js";

/** So small that a short input meets every one. */
export const tightLimits: Http2Limits = {
  ...defaultHttp2Limits,
  headerListBytesMax: 400,
  headerBlockBytesMax: 500,
  continuationFramesMax: 2,
  frameBytesMax: 300,
  concurrentStreamsMax: 3,
  streamWindowBytes: 64,
  connectionWindowBytes: 200,
  outboxBytesMax: 500,
  resetsBurstMax: 6,
  answersBurstMax: 8,
  settingsBurstMax: 6,
  idleFramesBurstMax: 6,
};

const headerBlock = encodeHeaders([[":status", "200"]]);
const trailerBlock = encodeHeaders([["grpc-status", "0"]]);
const reply = new Reply(headerBlock, Buffer.from("hello"), trailerBlock);
const shared = new SharedBytes(Buffer.alloc(120, 0x73));
const large = Buffer.alloc(17_000, 0x6c);
const interned = new InternTable({ seed: 5, slots: 16, literalBytesMax: 64 });
const scratch = new Scratch();
const preface = Buffer.concat([settingsFrame([]), windowUpdateFrame(0, 1)]);

/** How a request is answered depends on its path. */
class Request implements StreamHandler {
  readonly stream: Http2Stream;
  /** "/", or a name without meaning: answered when it is complete. */
  readonly #path: string;
  receivedBytes = 0;
  ended = false;
  closedHow: StreamEnd | undefined;
  #pushed = 0;

  constructor(stream: Http2Stream) {
    this.stream = stream;
    this.#path = stream.headers.path;
    if (this.#path === "/ready") {
      stream.respond(headerBlock);
      this.#push();
    }
  }

  data(bytes: Uint8Array): void {
    this.#checkOpen("data");
    assert.ok(bytes.length > 0, "data of nothing");
    this.receivedBytes += bytes.length;
    if (this.#path === "/reset") this.stream.reset(ErrorCode.CANCEL);
    if (this.#path === "/early") this.stream.reply(reply);
  }

  end(): void {
    this.#checkOpen("end");
    this.ended = true;
    const declaredBytes = this.stream.headers.contentLengthBytes;
    if (declaredBytes >= 0) assert.equal(this.receivedBytes, declaredBytes, "content-length");
    if (this.#path === "/large") {
      this.stream.respond(headerBlock);
      this.stream.write(large);
      this.stream.end(trailerBlock);
    } else if (this.#path !== "/ready") {
      this.stream.reply(reply);
    }
  }

  writable(): void {
    assert.equal(this.closedHow, undefined, "writable after its end");
    if (this.#path === "/ready") this.#push();
  }

  closed(how: StreamEnd): void {
    assert.equal(this.closedHow, undefined, "closed twice");
    assert.ok(this.stream.over, "closed, but not over");
    this.closedHow = how;
  }

  /** As a subscription does: while there is room, and not for ever. */
  #push(): void {
    while (this.stream.ready && this.#pushed < 6) {
      this.#pushed++;
      this.stream.write(shared);
    }
    if (this.#pushed === 6) this.stream.end();
  }

  #checkOpen(what: string): void {
    assert.ok(!this.ended && this.closedHow === undefined, `${what} after its end`);
  }
}

export class FuzzedPeer implements ByteSink {
  readonly peerAddress = "192.0.2.1";
  readonly connection: Http2Connection;
  readonly requests: Request[] = [];
  /** The code of the connection's error. */
  error: ErrorCode | undefined;
  ended = false;
  destroyed = false;
  paused = false;
  /** Some answer depended on when the connection had room. */
  dependsOnRoom = false;
  readonly #blocks: Random | undefined;
  readonly #written: Uint8Array[] = [];
  #keeps = false;
  #nowMs = 0;
  #work: { flush(): void }[] = [];

  /** With `blocks`, the sink keeps what is written now and then. */
  constructor(blocks: Random | undefined) {
    this.#blocks = blocks;
    const context: ConnectionContext = {
      limits: tightLimits,
      turn: { write: (work) => this.#work.push(work) },
      monotonicMs: () => this.#nowMs,
      interned,
      scratch,
      outboxBudget: new OutboxBudget(tightLimits),
      preface,
      onRequest: (stream) => {
        assert.equal(this.error, undefined, "a request after the connection's error");
        if (stream.headers.path === "/ready") this.dependsOnRoom = true;
        const request = new Request(stream);
        this.requests.push(request);
        return request;
      },
      onStreamError: () => undefined,
      onConnectionError: (fault, reason, cause) => {
        if (cause !== undefined) throw new Error(`internal error: ${reason}`, { cause });
        // It may well be the second one: of a connection that waits for its peer to close.
        if (fault === "close_timeout") return;
        assert.equal(this.error, undefined, "a second error");
        this.error = CONNECTION_FAULTS[fault];
      },
    };
    this.connection = new Http2Connection(this, context);
  }

  get written(): Buffer {
    return Buffer.concat(this.#written);
  }

  // ---- ByteSink ----

  write(bytes: Uint8Array): boolean {
    assert.ok(!this.#keeps, "a write while the sink keeps bytes");
    assert.ok(!this.ended && !this.destroyed, "a write after the end");
    this.#written.push(Uint8Array.from(bytes));
    this.#keeps = this.#blocks?.oneIn(2) === true;
    return !this.#keeps;
  }

  writeMany(pieces: readonly Uint8Array[]): boolean {
    return this.write(Buffer.concat(pieces));
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
  }

  // ---- what the peer and the world do ----

  receive(piece: Uint8Array): void {
    lend(piece, (view) => this.connection.receive(view));
    this.#endTurn();
  }

  drain(): void {
    if (!this.#keeps || this.destroyed) return;
    this.#keeps = false;
    this.connection.drained();
    this.#endTurn();
  }

  /** Time goes by. */
  wait(ms: number): void {
    this.#nowMs += ms;
    this.connection.tick();
    this.#endTurn();
  }

  /** What must be true between any two events. */
  check(): void {
    const { streams, sendWindowBytes } = this.connection;
    if (this.error !== undefined) {
      assert.equal(streams.size, 0, "streams after the connection's error");
      return;
    }
    assert.ok(streams.size <= tightLimits.concurrentStreamsMax, "more streams than allowed");
    assert.ok(sendWindowBytes <= MAX_31_BITS, "the connection's window");
    for (const [id, stream] of streams) {
      assert.ok(id % 2 === 1 && stream.id === id && !stream.over, "a stream that is none");
      assert.ok(
        stream.sendWindowBytes <= MAX_31_BITS && stream.sendWindowBytes >= -MAX_31_BITS,
        "a stream's window",
      );
      const { receiveWindowBytes, unacknowledgedBytes } = stream;
      assert.ok(
        receiveWindowBytes >= 0 && receiveWindowBytes + unacknowledgedBytes <= tightLimits.streamWindowBytes,
      );
    }
  }

  /** The transport is gone: everything must be over. */
  close(): void {
    this.connection.transportClosed();
    this.#endTurn();
    assert.equal(this.connection.streams.size, 0);
    for (const request of this.requests)
      assert.notEqual(request.closedHow, undefined, "never told of its end");
  }

  #endTurn(): void {
    // What is flushed may make a further flush necessary, but not for ever.
    for (let rounds = 0; this.#work.length > 0; rounds++) {
      assert.ok(rounds < 100, "flushes for ever");
      this.#work.shift()?.flush();
    }
  }
}
