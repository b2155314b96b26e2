// Counts of latencies in buckets that grow with the value: any percentile to within one part in 128, at a fixed size.

/** Steps of 0.1 µs, so that a value fits the 31 bits of fast integers up to 214 seconds. */
const STEP_NS = 100;
const STEPS_MAX = 2 ** 31 - 1;
/** Below 2^8 each value has its bucket; above, each power of two is cut into 2^7. */
const EXACT_BITS = 8;
const HALF = 1 << (EXACT_BITS - 1);
const BUCKETS = (32 - EXACT_BITS) * HALF + HALF;

/** @param {number} steps @returns {number} */
function toBucket(steps) {
  const shift = Math.max(0, 32 - EXACT_BITS - Math.clz32(steps));
  return shift * HALF + (steps >> shift);
}

/** @param {number} bucket @returns {number} the largest value that falls into it, steps */
function largestOf(bucket) {
  if (bucket < 2 * HALF) return bucket;
  const shift = Math.floor(bucket / HALF) - 1;
  return (bucket - shift * HALF + 1) * 2 ** shift - 1;
}

export class Histogram {
  /** @param {Uint32Array} [counts]  of another histogram; taken over, not copied */
  constructor(counts = new Uint32Array(BUCKETS)) {
    this.counts = counts;
  }

  /** @param {number} valueNs  a negative one counts as 0, one beyond 214 s as 214 s */
  record(valueNs) {
    const steps = Math.min(STEPS_MAX, Math.max(0, Math.round(valueNs / STEP_NS)));
    const bucket = toBucket(steps);
    this.counts[bucket] = /** @type {number} */ (this.counts[bucket]) + 1;
  }

  /** @param {Histogram} other */
  add(other) {
    for (const [bucket, count] of other.counts.entries())
      this.counts[bucket] = /** @type {number} */ (this.counts[bucket]) + count;
  }

  get total() {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** @param {number} share  0.99 for the 99th percentile @returns {number} µs; 0 when nothing was recorded */
  percentileUs(share) {
    const rank = Math.max(1, Math.ceil(this.total * share));
    let seen = 0;
    for (const [bucket, count] of this.counts.entries()) {
      seen += count;
      if (seen >= rank) return (largestOf(bucket) * STEP_NS) / 1000;
    }
    return 0;
  }
}
