// A client of HTTP/1.1 that sends what it is told, and tells with which statuses the server answered and whether it closed.

import { once } from "node:events";
import { connect } from "node:net";

/** Enough to find every status in; answers here are short unless nobody wants to read them. */
const keptBytesMax = 4 * 1024 * 1024;

/** One connection. Its ending is `status N, N, closed`, or `closed` when it was closed without a word. */
export class Http1Peer {
  isEnded = false;
  /** Resolves with the ending when the server has closed its side. */
  ended;
  /** @type {import("node:net").Socket} */
  #socket;
  /** @type {Buffer[]} */
  #pieces = [];
  #bytes = 0;

  /** @param {import("node:net").Socket} socket @param {{ reads?: boolean }} options */
  constructor(socket, { reads = true }) {
    this.#socket = socket;
    this.ended = new Promise((resolve) => {
      const finish = () => {
        if (this.isEnded) return;
        this.isEnded = true;
        socket.destroy();
        resolve(this.describe("closed"));
      };
      socket.on("end", finish);
      socket.on("close", finish);
      socket.on("error", () => {});
    });
    if (!reads) return;
    socket.on("data", (piece) => {
      this.#bytes += piece.length;
      if (this.#bytes <= keptBytesMax) this.#pieces.push(piece);
    });
  }

  /** @param {number} port @param {{ reads?: boolean }} [options] */
  static async connect(port, options = {}) {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    await once(socket, "connect");
    return new Http1Peer(socket, options);
  }

  /** @param {string | Uint8Array} bytes a text is latin1 */
  async send(bytes) {
    if (this.isEnded) return;
    const taken = this.#socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
    if (!taken) await Promise.race([once(this.#socket, "drain"), this.ended]).catch(() => {});
  }

  /** What came so far. @returns {string} */
  text() {
    return Buffer.concat(this.#pieces).toString("latin1");
  }

  /** @param {string} [last] */
  describe(last) {
    const statuses = [...this.text().matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);
    return [...(statuses.length > 0 ? [`status ${statuses.join(", ")}`] : []), ...(last ? [last] : [])].join(
      ", ",
    );
  }

  /** Resolves when the answers so far fit, or the connection is over. @param {(text: string) => boolean} fits */
  async until(fits) {
    while (!this.isEnded && !fits(this.text())) {
      await Promise.race([once(this.#socket, "data"), this.ended]).catch(() => {});
    }
  }

  close() {
    this.#socket.destroy();
  }

  /** Is gone without a farewell. */
  reset() {
    this.#socket.resetAndDestroy();
  }
}
