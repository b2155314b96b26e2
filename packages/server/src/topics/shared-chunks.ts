// The last few chunks of a topic that more than one lagging subscription may still want, so that a crowd which fell behind
// together does not encode the same items once each. A short memo, not a queue: forgetting it loses only time.

import type { WireForm } from "./sink.js";

/** An encoded run of items: those from `firstSequence` up to, not including, `nextSequence` of `page`. */
export interface SharedChunk {
  readonly form: WireForm<unknown>;
  readonly page: number;
  readonly firstSequence: number;
  readonly nextSequence: number;
  readonly chunk: unknown;
}

/** How many chunks a topic keeps while any of its subscriptions lags. */
export const SHARED_CHUNKS_MAX = 8;

export class SharedChunks {
  #chunks: SharedChunk[] = [];
  #oldest = 0;

  put(shared: SharedChunk): void {
    if (this.#chunks.length < SHARED_CHUNKS_MAX) {
      this.#chunks.push(shared);
      return;
    }
    this.#chunks[this.#oldest] = shared;
    this.#oldest = (this.#oldest + 1) % SHARED_CHUNKS_MAX;
  }

  find(form: WireForm<unknown>, page: number, sequence: number): SharedChunk | undefined {
    for (const shared of this.#chunks) {
      if (shared.firstSequence === sequence && shared.page === page && shared.form === form) return shared;
    }
    return undefined;
  }

  clear(): void {
    if (this.#chunks.length === 0) return;
    this.#chunks = [];
    this.#oldest = 0;
  }
}
