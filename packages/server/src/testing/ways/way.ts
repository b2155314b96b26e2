// What every way in to a topic looks like to the suite that all of them pass: gRPC, gRPC-Web, WebSocket, SSE and long poll.

import type { ErrorCode } from "../../kernel/errors.js";
import type { Place } from "../grpc-client.js";

export type { Place } from "../grpc-client.js";

/** The next sequence wanted, and its page. Both 0: fresh. Means the same on every way. */
export interface Cursor {
  readonly sequence: number;
  readonly page: number;
}

export const FRESH: Cursor = { sequence: 0, page: 0 };

/** Text, or bytes. */
export type Value = string | Buffer;

export interface ItemEvent {
  readonly kind: "item";
  readonly sequence: number;
  readonly page: number;
  readonly value: Value;
  /** Empty when it has none. */
  readonly publisherId: string;
}

export interface DiscontinuityEvent {
  readonly kind: "discontinuity";
  readonly lastSequence: number;
  readonly newSequence: number;
  readonly newPage: number;
}

/** What a subscriber is told: `ended` by the server, with a code; or `lost`, the connection is gone without a word. */
export type WayEvent =
  | ItemEvent
  | DiscontinuityEvent
  | { readonly kind: "ended"; readonly code: ErrorCode }
  | { readonly kind: "lost" };

export interface Subscriber {
  /** The next event; waits for it. After `ended` or `lost` nothing comes. */
  next(): Promise<WayEvent>;
  /** Where to go on, on whatever way, after what `next` has given. */
  readonly cursor: Cursor;
  /** Resets the connection. */
  cut(): void;
  /** Stops and restarts reading from the connection, as a slow reader does. */
  pause(): void;
  resume(): void;
}

export interface OpenOptions {
  readonly place: Place;
  readonly cursor?: Cursor;
  readonly token?: string;
}

export interface Port {
  readonly port: number;
}

export type PublishBy = (
  server: Port,
  place: Place,
  value: Value,
  token?: string,
) => Promise<ErrorCode | undefined>;

export interface Way {
  readonly name: string;
  /** Resolves once what is published reaches it, or once it has ended. */
  open(server: Port, options: OpenOptions): Promise<Subscriber>;
  /** Absent where the way cannot. Resolves to the code of what went wrong; undefined: it was published. */
  readonly publish?: PublishBy;
}
