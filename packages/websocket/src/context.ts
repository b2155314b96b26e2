// What every socket of one server is given.

import type { WriteTurn } from "./byte-sink.js";
import type { SocketFault } from "./fault.js";
import type { MessageMemory } from "./gathered-message.js";
import type { WebSocketLimits } from "./limits.js";
import type { OutboxBudget } from "./outbox-budget.js";
import type { Scratch } from "./outbox.js";

export interface ConnectionContext {
  readonly limits: WebSocketLimits;
  readonly turn: WriteTurn;
  readonly monotonicMs: () => number;
  readonly memory: MessageMemory;
  readonly scratch: Scratch;
  readonly outboxBudget: OutboxBudget;
  readonly onConnectionError: (fault: SocketFault, reason: string, cause?: unknown) => void;
}
