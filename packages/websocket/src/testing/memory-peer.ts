// A peer in memory: what it sends is exactly what a test says, every write of the server is recorded as it came, and time is the test's.

import { lend } from "@subito/fuzz";
import type { ByteSink } from "../byte-sink.js";
import type { WebSocketChannel, WebSocketHandler } from "../channel.js";
import type { WebSocketConnection } from "../connection.js";
import type { SocketFault } from "../fault.js";
import type { MessageMemory } from "../gathered-message.js";
import type { WebSocketLimits } from "../limits.js";
import { type ConnectOptions, type WebSocketServer, createWebSocketServer } from "../server.js";
import { type ServerFrame, readServerFrames, tell } from "./client-frames.js";

export interface MemoryPeerOptions extends ConnectOptions {
  readonly limits?: Partial<WebSocketLimits>;
  readonly memory?: MessageMemory;
}

export class MemoryPeer implements ByteSink, WebSocketHandler {
  readonly peerAddress = "192.0.2.1";
  readonly server: WebSocketServer;
  readonly connection: WebSocketConnection;
  channel!: WebSocketChannel;
  /** Every write as the server made it: the very bytes, one entry a call. */
  readonly writes: Uint8Array[] = [];
  readonly faults: SocketFault[] = [];
  readonly causes: unknown[] = [];
  /** What the application heard. */
  readonly heard: string[] = [];
  onMessage: ((text: string) => void) | undefined;
  onDrained: (() => void) | undefined;
  /** While false, the sink keeps what is written, as a full socket does. */
  takes = true;
  ended = false;
  destroyed = false;
  paused = false;
  nowMs = 0;
  #work: { flush(): void }[] = [];
  #received = Buffer.alloc(0);

  constructor({ limits = {}, memory, ...how }: MemoryPeerOptions = {}) {
    this.server = createWebSocketServer({
      turn: { write: (work) => this.#work.push(work) },
      monotonicMs: () => this.nowMs,
      limits,
      ...(memory === undefined ? {} : { memory }),
      onConnectionError: (fault, _reason, cause) => {
        this.faults.push(fault);
        if (cause !== undefined) this.causes.push(cause);
      },
    });
    this.connection = this.server.connect(this, how, (channel) => {
      this.channel = channel;
      return this;
    });
  }

  // ---- WebSocketHandler ----

  message(kind: "text" | "binary", bytes: Uint8Array): void {
    const text = Buffer.from(bytes).toString(kind === "text" ? "utf8" : "latin1");
    this.heard.push(`${kind}:${text}`);
    this.onMessage?.(text);
  }

  drained(): void {
    this.heard.push("drained");
    this.onDrained?.();
  }

  closed(): void {
    if (this.heard.includes("closed")) throw new Error("closed twice");
    this.heard.push("closed");
  }

  // ---- ByteSink ----

  write(bytes: Uint8Array): boolean {
    this.writes.push(bytes);
    // A copy: the server may use its buffer again.
    this.#received = Buffer.concat([this.#received, bytes]);
    return this.takes;
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
    if (this.ended) throw new Error("ended twice");
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
  }

  // ---- what a test does ----

  /** Sends bytes, without ending the turn. */
  receive(bytes: Uint8Array): void {
    lend(bytes, (view) => this.connection.receive(view));
  }

  /** Sends bytes, then lets the turn end. */
  send(...parts: readonly Uint8Array[]): this {
    this.receive(Buffer.concat(parts));
    this.endTurn();
    return this;
  }

  endTurn(): void {
    while (this.#work.length > 0) this.#work.shift()?.flush();
  }

  /** The sink takes again what it kept. */
  drain(): void {
    this.takes = true;
    this.connection.drained();
    this.endTurn();
  }

  seconds(count: number): void {
    for (let i = 0; i < count; i++) {
      this.nowMs += 1000;
      this.connection.tick();
      this.endTurn();
    }
  }

  /** The frames received since the last call. */
  frames(): ServerFrame[] {
    const { frames, length } = readServerFrames(this.#received);
    this.#received = this.#received.subarray(length);
    return frames;
  }

  /** The same in short. */
  told(): string[] {
    return this.frames().map(tell);
  }
}
