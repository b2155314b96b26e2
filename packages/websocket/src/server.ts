// What all sockets of one server share: limits, buffers, and what counts them.

import type { ByteSink, WriteTurn } from "./byte-sink.js";
import type { WebSocketChannel, WebSocketHandler } from "./channel.js";
import { WebSocketConnection } from "./connection.js";
import type { ConnectionContext } from "./context.js";
import type { SocketFault } from "./fault.js";
import type { MessageMemory } from "./gathered-message.js";
import { defaultWebSocketLimits, type WebSocketLimits } from "./limits.js";
import { OutboxBudget } from "./outbox-budget.js";
import { Scratch } from "./outbox.js";

export interface WebSocketServerOptions {
  readonly turn: WriteTurn;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicMs: () => number;
  readonly limits?: Partial<WebSocketLimits>;
  /** Where the bytes of unfinished messages are counted, perhaps with others. */
  readonly memory?: MessageMemory;
  /** A socket ended because of what its peer did (or, for `internal`, what we did: then there is a `cause`). */
  readonly onConnectionError?: (fault: SocketFault, reason: string, cause?: unknown) => void;
}

export interface ConnectOptions {
  /** permessage-deflate was negotiated. */
  readonly deflate?: boolean;
  /** Bytes that leave before the first frame: the answer to the handshake. */
  readonly head?: Uint8Array;
}

export interface WebSocketServer {
  readonly limits: WebSocketLimits;
  /** What waits for peers at present. */
  readonly outboxBudget: Readonly<Pick<OutboxBudget, "bytes" | "isSpent">>;
  /** Serves one socket after its handshake. The caller passes received bytes on and calls `tick` about once a second. */
  connect(
    sink: ByteSink,
    options: ConnectOptions,
    makeHandler: (channel: WebSocketChannel) => WebSocketHandler,
  ): WebSocketConnection;
}

const unlimited: MessageMemory = {
  take: () => true,
  give() {
    // Nobody counts.
  },
};

export function createWebSocketServer(options: WebSocketServerOptions): WebSocketServer {
  const limits: WebSocketLimits = { ...defaultWebSocketLimits, ...options.limits };
  const context: ConnectionContext = {
    limits,
    turn: options.turn,
    monotonicMs: options.monotonicMs,
    memory: options.memory ?? unlimited,
    scratch: new Scratch(),
    outboxBudget: new OutboxBudget(limits),
    onConnectionError: options.onConnectionError ?? (() => undefined),
  };
  return {
    limits,
    outboxBudget: context.outboxBudget,
    connect: (sink, how, makeHandler) => new WebSocketConnection(sink, context, how, makeHandler),
  };
}
