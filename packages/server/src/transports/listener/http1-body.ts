// The body of one HTTP/1.1 request, gathered within its own limit and within what all unfinished requests may hold.

import type { IncomingMessage } from "node:http";
import { GrowingBody } from "../../rpc/growing-body.js";
import type { RequestMemory } from "../../rpc/request-memory.js";

/** How the reading of a body went. After `too-large` and `no-memory` the rest stays unread. */
export type BodyOutcome = "complete" | "too-large" | "no-memory" | "gone";

export class Http1Body {
  readonly #memory: RequestMemory;
  readonly #bytesMax: number;
  readonly #body = new GrowingBody();
  #bytes = 0;
  /** What this body counts for in `#memory`. */
  #held = 0;
  /** Nothing is taken any more. */
  #over = false;

  constructor(memory: RequestMemory, bytesMax: number) {
    this.#memory = memory;
    this.#bytesMax = bytesMax;
  }

  read(incoming: IncomingMessage): Promise<BodyOutcome> {
    return new Promise((resolve) => {
      incoming.on("data", (piece: Buffer) => {
        if (this.#over) return;
        const refused = this.#add(piece);
        if (refused === undefined) return;
        this.#over = true;
        incoming.pause();
        resolve(refused);
      });
      incoming.on("end", () => resolve("complete"));
      incoming.on("error", () => resolve("gone"));
      incoming.on("close", () => resolve("gone"));
    });
  }

  #add(piece: Buffer): "too-large" | "no-memory" | undefined {
    this.#bytes += piece.length;
    if (this.#bytes > this.#bytesMax) return "too-large";
    if (!this.#memory.take(piece.length)) return "no-memory";
    this.#held += piece.length;
    this.#body.add(piece);
    return undefined;
  }

  /** The whole body. It stays counted until `release`. */
  take(): Uint8Array {
    return this.#body.take();
  }

  release(): void {
    this.#over = true;
    this.#body.take();
    this.#memory.give(this.#held);
    this.#held = 0;
  }
}
