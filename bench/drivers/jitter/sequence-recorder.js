// What one client of the jitter test has received, by the sequence numbers in the stamps, and how late what it missed came.

import { readNowNs, readStampSequence, readStampTimeNs } from "../../wire/stamp.js";

/** @typedef {import("../histogram.js").Histogram} Histogram */

export class SequenceRecorder {
  /** @param {Histogram} replays  takes, for each message that was due while the client was away, the time since it came back */
  constructor(replays) {
    this.replays = replays;
    /** @type {Set<number>} */
    this.seen = new Set();
    this.duplicates = 0;
    this.backSinceNs = 0;
    this.nowNs = 0;
  }

  beginRead() {
    this.nowNs = readNowNs();
  }

  /** The client begins to connect again. */
  comeBack() {
    this.backSinceNs = readNowNs();
  }

  /** @param {Uint8Array} buffer @param {number} at  where a whole stamp begins */
  record(buffer, at) {
    const sequence = readStampSequence(buffer, at);
    if (this.seen.has(sequence)) {
      this.duplicates += 1;
      return;
    }
    this.seen.add(sequence);
    if (readStampTimeNs(buffer, at) < this.backSinceNs) this.replays.record(this.nowNs - this.backSinceNs);
  }
}
