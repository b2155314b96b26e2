// What all connections of one server share: limits, tables, buffers, and the application.

import type { ByteSink, WriteTurn } from "./byte-sink.js";
import { Http2Connection } from "./connection.js";
import type { ConnectionContext } from "./context.js";
import type { ConnectionFault, StreamFault } from "./fault.js";
import { settingsFrame, windowUpdateFrame } from "./frames.js";
import { DEFAULT_WINDOW_BYTES, Setting } from "./frame-types.js";
import { InternTable } from "./hpack/intern-table.js";
import { defaultHttp2Limits, type Http2Limits } from "./limits.js";
import { OutboxBudget } from "./outbox-budget.js";
import { Scratch } from "./outbox.js";
import type { Http2Stream, StreamHandler } from "./stream.js";

export interface Http2ServerOptions {
  readonly turn: WriteTurn;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicMs: () => number;
  /** Random 32 bits: seeds the hash of the shared string table, so that collisions cannot be aimed at. */
  readonly seed: number;
  readonly limits?: Partial<Http2Limits>;
  /** A request has begun; the answer hears of its body. Must not throw. */
  readonly onRequest: (stream: Http2Stream) => StreamHandler;
  /** A connection ended because of what its peer did (or, for `internal`, what we did: then there is a `cause`). */
  readonly onConnectionError?: (fault: ConnectionFault, reason: string, cause?: unknown) => void;
  /** One stream was refused or reset because of what the peer did; its connection goes on. */
  readonly onStreamError?: (fault: StreamFault) => void;
}

export interface Http2Server {
  readonly limits: Http2Limits;
  /** What waits for peers at present. */
  readonly outboxBudget: Readonly<Pick<OutboxBudget, "bytes" | "isSpent">>;
  /** Serves one connection. The caller passes received bytes on and calls `tick` about once a second. */
  connect(sink: ByteSink): Http2Connection;
}

export function createHttp2Server(options: Http2ServerOptions): Http2Server {
  const limits: Http2Limits = { ...defaultHttp2Limits, ...options.limits };
  const context: ConnectionContext = {
    limits,
    turn: options.turn,
    monotonicMs: options.monotonicMs,
    interned: new InternTable({ seed: options.seed }),
    scratch: new Scratch(),
    outboxBudget: new OutboxBudget(limits),
    preface: serverPreface(limits),
    onRequest: options.onRequest,
    onConnectionError: options.onConnectionError ?? (() => undefined),
    onStreamError: options.onStreamError ?? (() => undefined),
  };
  return {
    limits,
    outboxBudget: context.outboxBudget,
    connect: (sink) => new Http2Connection(sink, context),
  };
}

function serverPreface(limits: Http2Limits): Uint8Array {
  const settings = settingsFrame([
    [Setting.HEADER_TABLE_SIZE, limits.headerTableBytesMax],
    [Setting.MAX_CONCURRENT_STREAMS, limits.concurrentStreamsMax],
    [Setting.INITIAL_WINDOW_SIZE, limits.streamWindowBytes],
    [Setting.MAX_FRAME_SIZE, limits.frameBytesMax],
    [Setting.MAX_HEADER_LIST_SIZE, limits.headerListBytesMax],
  ]);
  const window = windowUpdateFrame(0, limits.connectionWindowBytes - DEFAULT_WINDOW_BYTES);
  return Buffer.concat([settings, window]);
}
