// A client of HTTP/2 that sends what it is told, and tells how its streams and its connection end.

import { once } from "node:events";
import { connect } from "node:net";

import { Type, errorNames, preface, toFrame, toSettings } from "./frames.mjs";
import { readStatuses } from "./hpack.mjs";

/** How much one call of `flood` writes before it looks for an answer. */
const burstBytes = 32 * 1024;

/**
 * @typedef {object} Http2PeerOptions
 * @property {readonly (readonly [id: number, value: number])[]} [settings] What the peer's SETTINGS hold.
 * @property {boolean} [greets] False: no preface, no SETTINGS.
 * @property {boolean} [reads] False: nothing is ever taken from the socket.
 */

/** One connection. An ending is `GOAWAY NAME`, `closed`, `RST_STREAM NAME`, `status N` or `grpc-status N`. */
export class Http2Peer {
  isEnded = false;
  /** How the connection ended. */
  ended;
  /** The streams that have ended, and how. @type {Map<number, string>} */
  streams = new Map();
  /** Frames of the server that say that it has closed a stream or answered it. */
  endings = 0;
  /** @type {import("node:net").Socket} */
  #socket;
  /** @type {Buffer} */
  #received = Buffer.alloc(0);
  /** @type {string | undefined} */
  #goaway;
  /** @type {Map<number, { status?: number, grpcStatus?: number }>} */
  #statuses = new Map();
  /** @type {Map<number, (ending: string) => void>} */
  #waiting = new Map();

  /** @param {import("node:net").Socket} socket @param {Http2PeerOptions} options */
  constructor(socket, { settings = [], greets = true, reads = true }) {
    this.#socket = socket;
    this.ended = new Promise((resolve) => {
      const finish = () => {
        if (this.isEnded) return;
        this.isEnded = true;
        const ending = this.#goaway ?? "closed";
        for (const tell of this.#waiting.values()) tell(ending);
        socket.destroy();
        resolve(ending);
      };
      socket.on("end", finish);
      socket.on("close", finish);
      // A reset is followed by "close".
      socket.on("error", () => {});
    });
    if (reads) socket.on("data", (bytes) => this.#receive(bytes));
    if (greets) socket.write(Buffer.concat([preface, toSettings(settings)]));
  }

  /**
   * @param {number} port
   * @param {Http2PeerOptions} [options]
   */
  static async connect(port, options = {}) {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    await once(socket, "connect");
    return new Http2Peer(socket, options);
  }

  /** Writes; resolves when the socket has taken it, or will take nothing any more. @param {...Uint8Array} frames */
  async send(...frames) {
    if (this.isEnded) return;
    if (this.#socket.write(Buffer.concat(frames))) return;
    await new Promise((resolve) => {
      const go = () => {
        this.#socket.off("drain", go);
        this.#socket.off("close", go);
        resolve(undefined);
      };
      this.#socket.on("drain", go);
      this.#socket.on("close", go);
    });
  }

  /**
   * Sends what `make` gives for 0, 1, 2 … until the server ends the connection, or `most` times.
   * @param {(n: number) => Uint8Array} make
   * @param {number} [most]
   */
  async flood(make, most = 1_000_000) {
    for (let n = 0; n < most && !this.isEnded;) {
      const burst = [];
      for (let bytes = 0; bytes < burstBytes && n < most; n++) {
        const piece = make(n);
        burst.push(piece);
        bytes += piece.length;
      }
      await this.send(...burst);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** How a stream ends. @param {number} streamId @returns {Promise<string>} */
  endOf(streamId) {
    const known = this.streams.get(streamId);
    if (known !== undefined) return Promise.resolve(known);
    if (this.isEnded) return this.ended;
    return new Promise((resolve) => this.#waiting.set(streamId, resolve));
  }

  /** Whatever there is to say goes out; then nothing more. */
  close() {
    this.#socket.destroy();
  }

  /** @param {Buffer} bytes */
  #receive(bytes) {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    let at = 0;
    while (this.#received.length - at >= 9) {
      const end = at + 9 + this.#received.readUIntBE(at, 3);
      if (end > this.#received.length) break;
      this.#frame(
        this.#received.readUInt8(at + 3),
        this.#received.readUInt8(at + 4),
        this.#received.readUInt32BE(at + 5),
        this.#received.subarray(at + 9, end),
      );
      at = end;
    }
    this.#received = this.#received.subarray(at);
  }

  /**
   * @param {number} type
   * @param {number} flags
   * @param {number} streamId
   * @param {Buffer} payload
   */
  #frame(type, flags, streamId, payload) {
    const endsStream = (flags & 1) !== 0;
    if (type === Type.GOAWAY) {
      this.#goaway = `GOAWAY ${errorNames[payload.readUInt32BE(4)]}`;
    } else if (type === Type.RST_STREAM) {
      this.#endStream(streamId, `RST_STREAM ${errorNames[payload.readUInt32BE(0)]}`);
    } else if (type === Type.HEADERS) {
      const statuses = { ...this.#statuses.get(streamId), ...readStatuses(payload) };
      if (endsStream) this.#endStream(streamId, toEnding(statuses));
      else this.#statuses.set(streamId, statuses);
    } else if (type === Type.DATA && endsStream) {
      this.#endStream(streamId, toEnding(this.#statuses.get(streamId) ?? {}));
    } else if (type === Type.PING && (flags & 1) === 0) {
      void this.send(toFrame(Type.PING, 1, 0, payload));
    }
  }

  /** @param {number} streamId @param {string} ending */
  #endStream(streamId, ending) {
    this.endings += 1;
    this.#statuses.delete(streamId);
    if (this.streams.has(streamId)) return;
    this.streams.set(streamId, ending);
    this.#waiting.get(streamId)?.(ending);
    this.#waiting.delete(streamId);
  }
}

/** @param {{ status?: number, grpcStatus?: number }} statuses */
function toEnding({ status, grpcStatus }) {
  return grpcStatus === undefined ? `status ${status}` : `grpc-status ${grpcStatus}`;
}
