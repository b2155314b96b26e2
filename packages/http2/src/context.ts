// What every connection of one server is given.

import type { WriteTurn } from "./byte-sink.js";
import type { ConnectionFault, StreamFault } from "./fault.js";
import type { InternTable } from "./hpack/intern-table.js";
import type { Http2Limits } from "./limits.js";
import type { OutboxBudget } from "./outbox-budget.js";
import type { Scratch } from "./outbox.js";
import type { Http2Stream, StreamHandler } from "./stream.js";

/** Everything connections share. */
export interface ConnectionContext {
  readonly limits: Http2Limits;
  readonly turn: WriteTurn;
  readonly monotonicMs: () => number;
  readonly interned: InternTable;
  readonly scratch: Scratch;
  readonly outboxBudget: OutboxBudget;
  /** The server's connection preface (RFC 9113 3.4): SETTINGS, and the connection's window. */
  readonly preface: Uint8Array;
  readonly onRequest: (stream: Http2Stream) => StreamHandler;
  readonly onConnectionError: (fault: ConnectionFault, reason: string, cause?: unknown) => void;
  readonly onStreamError: (fault: StreamFault) => void;
}
