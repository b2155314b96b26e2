// What a socket has to write at the end of the turn, gathered into one write.

import type { ByteSink } from "./byte-sink.js";

/** More than this is handed on in pieces rather than copied together; the reused buffer is as long. */
const SCRATCH_BYTES = 256 * 1024;

/** The buffer in which writes are gathered; one for all sockets, since a sink gives it back before the next uses it. */
export class Scratch {
  #bytes: Buffer | undefined;

  take(): Buffer {
    return (this.#bytes ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES));
  }

  /** A sink kept what `take` gave: the next write gets a new buffer. */
  giveAway(): void {
    this.#bytes = undefined;
  }
}

export class Outbox {
  /** Bytes waiting here; what the sink keeps is not counted. */
  bytes = 0;
  // A socket nearly always writes one message: that one costs no array.
  #only: Uint8Array | undefined;
  #many: Uint8Array[] | undefined;

  push(frames: Uint8Array): void {
    this.bytes += frames.length;
    if (this.#many !== undefined) {
      this.#many.push(frames);
    } else if (this.#only === undefined) {
      this.#only = frames;
    } else {
      this.#many = [this.#only, frames];
      this.#only = undefined;
    }
  }

  /** Hands everything to the sink as one write. Returns what the sink returned. */
  flush(sink: ByteSink, scratch: Scratch): boolean {
    const only = this.#only;
    const many = this.#many;
    const { bytes } = this;
    this.clear();
    if (only !== undefined) return sink.write(only);
    if (many === undefined) return true;
    if (bytes > SCRATCH_BYTES) return sink.writeMany(many);
    const out = scratch.take();
    let at = 0;
    for (const frames of many) {
      out.set(frames, at);
      at += frames.length;
    }
    const left = sink.write(out.subarray(0, at));
    if (!left) scratch.giveAway();
    return left;
  }

  /** Forgets everything. */
  clear(): void {
    this.bytes = 0;
    this.#only = undefined;
    this.#many = undefined;
  }
}
