// Writes text to a descriptor that may fail or stand still (standard output and error): in order, within a limit, in nobody's way.

import { constants, fstatSync, openSync, write, writeSync } from "node:fs";
import { Socket } from "node:net";
import { type Clock, type Timer, systemClock } from "./clock.js";

export interface DescriptorWriterOptions {
  /** Is never closed. */
  readonly descriptor: number;
  /** Bytes that wait to be taken. Beyond: what comes is dropped. */
  readonly bytesWaitingMax: number;
  readonly clock?: Clock;
}

interface Piece {
  readonly bytes: Buffer;
  readonly onDone: ((error: Error | undefined) => void) | undefined;
}

/** How often a descriptor that takes nothing is tried again. */
const RETRY_MS = 20;
/** What is tried when the process ends: half a second, for a reader that is slow but there. */
const LAST_RETRIES_MAX = 50;
const LAST_RETRY_MS = 10;

export class DescriptorWriter {
  /** Texts that were not written as a whole. */
  dropped = 0;
  readonly #target: Target;
  readonly #bytesWaitingMax: number;
  readonly #clock: Clock;
  #queue: Piece[] = [];
  /** Those that are being written, and what of their bytes is left. */
  #batch: readonly Piece[] = [];
  #rest: Uint8Array = Buffer.alloc(0);
  #batchBytes = 0;
  #bytesWaiting = 0;
  #isWriting = false;
  #retry: Timer | undefined;
  /** What was written last is half a line. */
  #isTorn = false;

  constructor({ descriptor, bytesWaitingMax, clock = systemClock }: DescriptorWriterOptions) {
    this.#target = openTarget(descriptor);
    this.#bytesWaitingMax = bytesWaitingMax;
    this.#clock = clock;
  }

  /** Never throws. `onDone` hears when the text is written, or why it is dropped. */
  write(text: string, onDone?: (error: Error | undefined) => void): void {
    const bytes = Buffer.from(text);
    if (this.#bytesWaiting + bytes.byteLength > this.#bytesWaitingMax) {
      this.dropped++;
      onDone?.(new Error("too much waits to be written"));
      return;
    }
    this.#bytesWaiting += bytes.byteLength;
    this.#queue.push({ bytes, onDone });
    if (!this.#isWriting && this.#retry === undefined) this.#next();
  }

  /**
   * For the end of the process, when nothing else runs any more: writes what waits, for half a second at most. What the
   * machine is writing already, it finishes by itself.
   */
  finish(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    for (let retries = 0; this.#isWriting ? this.#queue.length > 0 : this.#takeBatch();) {
      // Under way and not to be repeated: what came after it goes out on its own.
      if (this.#isWriting) this.#forgetBatch();
      try {
        this.#rest = this.#rest.subarray(writeSync(this.#target.descriptor, this.#rest));
        if (this.#rest.byteLength === 0) this.#endBatch(undefined);
      } catch (error) {
        if (!isFull(error)) this.#endBatch(error as Error);
        else if (retries++ < LAST_RETRIES_MAX) sleep(LAST_RETRY_MS);
        else return;
      }
    }
  }

  #next(): void {
    if (!this.#takeBatch()) return;
    this.#isWriting = true;
    write(this.#target.descriptor, this.#rest, (error, written) => {
      this.#isWriting = false;
      if (error === null) {
        this.#rest = this.#rest.subarray(written);
        if (this.#rest.byteLength === 0) this.#endBatch(undefined);
      } else if (isFull(error)) {
        this.#retry = this.#clock.after(RETRY_MS, () => {
          this.#retry = undefined;
          this.#next();
        });
        return;
      } else this.#endBatch(error);
      this.#next();
    });
  }

  /** All that waits becomes one write, unless one is not done yet; false: there is nothing to write. */
  #takeBatch(): boolean {
    if (this.#rest.byteLength > 0) return true;
    if (this.#queue.length === 0) return false;
    this.#batch = this.#queue;
    this.#queue = [];
    const bytes = this.#batch.map((piece) => piece.bytes);
    this.#rest = Buffer.concat(this.#isTorn ? [NEWLINE, ...bytes] : bytes);
    this.#batchBytes = this.#rest.byteLength;
    return true;
  }

  #forgetBatch(): void {
    this.#isWriting = false;
    this.#batch = [];
    this.#rest = Buffer.alloc(0);
    this.#takeBatch();
  }

  #endBatch(error: Error | undefined): void {
    const batch = this.#batch;
    let left = this.#rest.byteLength;
    const failed = new Set<Piece>();
    for (const piece of batch.toReversed()) {
      if (left <= 0) break;
      failed.add(piece);
      left -= piece.bytes.byteLength;
    }
    // Negative: of the first that failed something was written.
    if (this.#rest.byteLength < this.#batchBytes) this.#isTorn = left < 0;
    this.#batch = [];
    this.#rest = Buffer.alloc(0);
    for (const piece of batch) {
      this.#bytesWaiting -= piece.bytes.byteLength;
      if (failed.has(piece)) this.dropped++;
      piece.onDone?.(failed.has(piece) ? error : undefined);
    }
  }
}

const NEWLINE = Buffer.from("\n");

interface Target {
  readonly descriptor: number;
  /** Closes the descriptor when it is collected, so it is kept. */
  readonly keeper?: Socket;
}

/**
 * A way to write there that does not wait: a thread that stands in a write to a pipe which nobody reads would keep the process
 * from ending. Files never make one wait long.
 */
function openTarget(descriptor: number): Target {
  const stats = fstatSync(descriptor);
  if (stats.isFile()) return { descriptor };
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    // Opened anew where that can be done (pipes and terminals, on Linux): whoever shares the descriptor goes on as before.
    return { descriptor: openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY) };
  } catch {
    // Sockets cannot, nor can pipes that another user has made.
  }
  try {
    // Node makes it one that does not wait, and at the end of the process what it was.
    return { descriptor, keeper: new Socket({ fd: descriptor, readable: false, writable: true }) };
  } catch {
    return { descriptor };
  }
}

/** It takes nothing just now. */
function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EAGAIN" || code === "EBUSY";
}

function sleep(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}
