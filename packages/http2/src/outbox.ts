// What a connection has to write at the end of the turn, gathered into one write.

import type { ByteSink } from "./byte-sink.js";
import { StampedFrames } from "./stamped-frames.js";

/** Pieces of this size and more are handed on as they are rather than copied together. */
const COPIED_PIECE_BYTES_MAX = 4096;
/** The reused buffer that small writes are gathered in. */
const SCRATCH_BYTES = 256 * 1024;

/** The buffer in which writes are gathered; one for all connections, since a sink gives it back before the next uses it. */
export class Scratch {
  #bytes: Buffer | undefined;

  /** At least `bytesNeeded` long, and free to be written to. */
  take(bytesNeeded: number): Buffer {
    if (bytesNeeded > SCRATCH_BYTES) return Buffer.allocUnsafeSlow(bytesNeeded);
    return (this.#bytes ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES));
  }

  /** A sink kept what `take` gave: the next write gets a new buffer. */
  giveAway(): void {
    this.#bytes = undefined;
  }
}

type Piece = StampedFrames | Uint8Array;

/** Two pieces or more, in the order in which they leave, each with the stream whose id is stamped in. */
interface Many {
  readonly ids: number[];
  readonly pieces: Piece[];
}

export class Outbox {
  /** Bytes waiting here; what the sink keeps is not counted. */
  bytes = 0;
  // A connection with one subscription nearly always writes one piece: that one costs no array.
  #only: Piece | undefined;
  #onlyId = 0;
  #many: Many | undefined;

  /** Adds bytes that are sent as they are. */
  push(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.#add(0, bytes);
  }

  /** Adds frames that are stamped with the stream's id when they leave. */
  pushStamped(streamId: number, frames: StampedFrames): void {
    this.bytes += frames.bytes.length;
    this.#add(streamId, frames);
  }

  #add(id: number, piece: Piece): void {
    const many = this.#many;
    if (many !== undefined) {
      many.ids.push(id);
      many.pieces.push(piece);
    } else if (this.#only === undefined) {
      this.#only = piece;
      this.#onlyId = id;
    } else {
      this.#many = { ids: [this.#onlyId, id], pieces: [this.#only, piece] };
      this.#only = undefined;
    }
  }

  /** Hands everything to the sink as one write. Returns what the sink returned. */
  flush(sink: ByteSink, scratch: Scratch): boolean {
    const only = this.#only;
    const onlyId = this.#onlyId;
    const many = this.#many;
    const bytes = this.bytes;
    this.clear();
    if (only !== undefined) {
      return sink.write(only instanceof StampedFrames ? only.stampedFor(onlyId) : only);
    }
    if (many === undefined) return true;
    return bytes <= SCRATCH_BYTES ? writeTogether(sink, scratch, many, bytes) : sink.writeMany(merge(many));
  }

  /** Forgets everything. */
  clear(): void {
    this.bytes = 0;
    this.#only = undefined;
    this.#many = undefined;
  }
}

function writeTogether(sink: ByteSink, scratch: Scratch, { ids, pieces }: Many, bytes: number): boolean {
  const out = scratch.take(bytes);
  let at = 0;
  let i = 0;
  while (i < pieces.length) {
    const piece = pieces[i] as Piece;
    if (!(piece instanceof StampedFrames)) {
      out.set(piece, at);
      at += piece.length;
      i++;
      continue;
    }
    // Streams that get the same chunk stand in a row when a connection has many of one topic.
    let end = i + 1;
    while (end < pieces.length && pieces[end] === piece) end++;
    at = piece.writeRun(out, at, ids, i, end);
    i = end;
  }
  const left = sink.write(out.subarray(0, at));
  if (!left) scratch.giveAway();
  return left;
}

/** The pieces in order, with runs of small ones copied together and large ones as they are. */
function merge({ ids, pieces }: Many): Uint8Array[] {
  const merged: Uint8Array[] = [];
  let run: Uint8Array[] = [];
  const endRun = (): void => {
    if (run.length > 0) merged.push(run.length === 1 ? (run[0] as Uint8Array) : Buffer.concat(run));
    run = [];
  };
  pieces.forEach((piece, i) => {
    const bytes = piece instanceof StampedFrames ? piece.stampedFor(ids[i] as number) : piece;
    if (bytes.length >= COPIED_PIECE_BYTES_MAX) {
      endRun();
      merged.push(bytes);
    } else {
      run.push(bytes);
    }
  });
  endRun();
  return merged;
}
