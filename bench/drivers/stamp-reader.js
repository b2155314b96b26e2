// Reads the stamps of received messages, wherever the network has cut them, and keeps how late each of them came.

import { Histogram } from "./histogram.js";
import { STAMP_BYTES, readNowNs, readStampTimeNs } from "../wire/stamp.js";

/** What all connections of a process share: the time of the present read, and the histogram. */
export class LatencyRecorder {
  constructor() {
    this.histogram = new Histogram();
    this.nowNs = 0;
  }

  /** Call it once for each read: what one read brings has arrived together. */
  beginRead() {
    this.nowNs = readNowNs();
  }

  /** @param {Uint8Array} buffer @param {number} at  where a whole stamp begins */
  record(buffer, at) {
    this.histogram.record(this.nowNs - readStampTimeNs(buffer, at));
  }

  forget() {
    this.histogram = new Histogram();
  }
}

/** One connection's reader for messages whose stamp is always equally far from their start. */
export class StampReader {
  /** @param {LatencyRecorder} recorder @param {number} stampAt  bytes from the start of a message to its stamp */
  constructor(recorder, stampAt) {
    this.recorder = recorder;
    this.stampAt = stampAt;
    this.pieces = Buffer.alloc(STAMP_BYTES);
  }

  /**
   * Takes `length` bytes of one message.
   * @param {Uint8Array} buffer @param {number} at  where they are in the buffer
   * @param {number} length
   * @param {number} position  how many bytes of the message came before them
   */
  take(buffer, at, length, position) {
    const start = this.stampAt - position;
    const end = start + STAMP_BYTES;
    if (end <= 0 || start >= length) return;
    if (start >= 0 && end <= length) {
      this.recorder.record(buffer, at + start);
      return;
    }
    const first = Math.max(0, start);
    const last = Math.min(length, end);
    this.pieces.set(buffer.subarray(at + first, at + last), first - start);
    if (last === end) this.recorder.record(this.pieces, 0);
  }
}
