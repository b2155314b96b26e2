// A moderate, steady load of a publisher and a few subscribers on connections of their own, and how late each delivery was.

import { once } from "node:events";
import { connect } from "node:http2";

import { SUBSCRIBE, toSubscription } from "./wire/grpc.mjs";

const subscribers = 5;
const everyMs = 10;
const topic = "latency";

/** Published at fixed times, whatever has become of the items before (an open loop); late is measured from those times. */
export class LatencyWitness {
  /** @type {import("node:http2").ClientHttp2Session[]} */
  #sessions = [];
  /** Milliseconds from when an item was due to when a subscriber had it. @type {number[]} */
  #latenciesMs = [];
  /** When each item was due. @type {number[]} */
  #due = [];
  #received = 0;
  #expected = 0;

  /** @param {string} url */
  static async start(url) {
    const witness = new LatencyWitness();
    for (let n = 0; n < subscribers; n++) await witness.#subscribe(url);
    witness.#sessions.push(connect(url));
    for (const session of witness.#sessions) session.on("error", () => {});
    return witness;
  }

  /**
   * Publishes for so long.
   * @param {number} seconds
   * @returns {Promise<{ p50Ms: number, p99Ms: number, lost: number }>}
   */
  async observe(seconds) {
    this.#latenciesMs = [];
    this.#received = this.#expected = 0;
    const publisher = /** @type {import("node:http2").ClientHttp2Session} */ (this.#sessions.at(-1));
    const start = performance.now();
    const count = (seconds * 1000) / everyMs;
    for (let n = 0; n < count; n++) {
      const dueMs = start + n * everyMs;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(waitMs)));
      this.#due.push(dueMs);
      this.#expected += subscribers;
      const stream = publisher.request({ ":method": "POST", ":path": `/topics/default/${topic}` });
      stream.on("error", () => {});
      stream.end(`#${String(this.#due.length - 1).padStart(8, "0")}#`);
      stream.resume();
    }
    const deadline = performance.now() + 10_000;
    while (this.#received < this.#expected && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    const at = (/** @type {number} */ share) => sorted[Math.floor(share * (sorted.length - 1))] ?? Infinity;
    return { p50Ms: at(0.5), p99Ms: at(0.99), lost: this.#expected - this.#received };
  }

  close() {
    for (const session of this.#sessions) session.destroy();
  }

  /** @param {string} url */
  async #subscribe(url) {
    const session = connect(url);
    this.#sessions.push(session);
    const stream = session.request({
      ":method": "POST",
      ":path": SUBSCRIBE,
      "content-type": "application/grpc",
      te: "trailers",
    });
    stream.on("error", () => {});
    stream.end(toSubscription(topic));
    let rest = "";
    stream.on("data", (bytes) => {
      const nowMs = performance.now();
      const text = rest + bytes.toString("latin1");
      let end = 0;
      for (const match of text.matchAll(/#(\d{8})#/g)) {
        this.#received++;
        this.#latenciesMs.push(nowMs - /** @type {number} */ (this.#due[Number(match[1])]));
        end = match.index + match[0].length;
      }
      rest = text.slice(Math.max(end, text.length - 9));
    });
    await once(stream, "data");
  }
}
