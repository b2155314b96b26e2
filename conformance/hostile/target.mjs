// What an attack is given: a port, and peers on it that are all gone when the attack is over.

import { askOnce } from "./server-process.mjs";
import { Http1Peer } from "./wire/http1-peer.mjs";
import { Http2Peer } from "./wire/http2-peer.mjs";
import { WebSocketPeer } from "./wire/websocket-peer.mjs";

/**
 * @typedef {object} Attack One way of being hostile; one module of attacks/ each.
 * @property {string} reference Its CVE, CWE or RFC section; empty when it has none.
 * @property {string} does What the peer does.
 * @property {string} limit The limit or the rule that it meets.
 * @property {string} meets How each of its connections, streams or requests ends, in the words of the peers.
 * @property {string} counter What is counted for it: the metric, and its label; empty where nothing is wrong enough to be counted.
 * @property {number} memoryMb How much the server's resident memory may grow while it goes on.
 * @property {boolean} [waits] It meets a time limit that no option shortens, or is not to be shortened: it gets a server of its own.
 * @property {(target: Target) => Promise<void>} [prepare] What must be there for it, made once; no part of the attack.
 * @property {(target: Target) => Promise<readonly string[]>} run Resolves to how each connection, stream or request ended.
 */

const nagMs = 1_000;

export class Target {
  port;
  tlsPort;
  #gaveUp = false;
  /** @type {Set<Http1Peer | Http2Peer>} */
  #peers = new Set();

  /** @param {{ port: number, tlsPort: number }} server on 127.0.0.1 */
  constructor({ port, tlsPort }) {
    this.port = port;
    this.tlsPort = tlsPort;
  }

  /** @param {import("./wire/http2-peer.mjs").Http2PeerOptions} [options] */
  async connectHttp2(options) {
    return this.#keep(await Http2Peer.connect(this.port, options));
  }

  /** @param {{ reads?: boolean }} [options] */
  async connectHttp1(options) {
    return this.#keep(await Http1Peer.connect(this.port, options));
  }

  /** A bare connection to the TLS port; undefined when it was cut before it could be used. */
  async connectTls() {
    const peer = await Http1Peer.connect(this.tlsPort).catch((/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === "ECONNRESET") return undefined;
      throw error;
    });
    return peer && this.#keep(peer);
  }

  /** Open, so that its frames are what is hostile. @param {{ reads?: boolean }} [options] */
  async connectWebSocket(options) {
    return this.#keep(await WebSocketPeer.connect(this.port, options));
  }

  /** Sends to a new HTTP/1.1 connection; resolves to its ending. @param {string | Uint8Array} bytes */
  async exchangeHttp1(bytes) {
    const peer = await this.connectHttp1();
    await peer.send(bytes);
    return this.patiently(peer.ended);
  }

  /** Sends to a new HTTP/2 connection; resolves to its ending. @param {...Uint8Array} frames */
  async exchangeHttp2(...frames) {
    const peer = await this.connectHttp2();
    await peer.send(...frames);
    return this.patiently(peer.ended);
  }

  /**
   * An ending, or the word that it did not come.
   * @param {Promise<string>} ending
   */
  async patiently(ending) {
    const text = await ending;
    return this.#gaveUp ? "still open" : text;
  }

  /** Waits no longer for the server: whatever has not ended by now is told to be open. */
  giveUp() {
    this.#gaveUp = true;
    this.close();
  }

  /**
   * Writes a byte again and again until it is over.
   * @param {Http1Peer | Http2Peer} peer
   * @param {Uint8Array} bytes one after the other
   * @param {number} everyMs
   */
  async trickle(peer, bytes, everyMs) {
    for (let at = 0; at < bytes.length && !peer.isEnded; at++) {
      await peer.send(bytes.subarray(at, at + 1));
      await Promise.race([peer.ended, new Promise((resolve) => setTimeout(resolve, everyMs))]);
    }
  }

  /**
   * Writes the same again and again until it is over: a peer that does not read learns of its end only when it writes.
   * @param {Http1Peer | Http2Peer} peer @param {Uint8Array} bytes
   */
  async nag(peer, bytes) {
    while (!peer.isEnded) {
      await Promise.race([
        peer.ended,
        peer.send(bytes),
        new Promise((resolve) => setTimeout(resolve, nagMs)),
      ]);
      await Promise.race([peer.ended, new Promise((resolve) => setTimeout(resolve, nagMs))]);
    }
  }

  /** @returns {Promise<string>} of the server */
  async readMetrics() {
    return (await askOnce(`http://127.0.0.1:${this.port}/metrics`)).body;
  }

  /** Cuts every connection. */
  close() {
    for (const peer of this.#peers) peer.close();
    this.#peers.clear();
  }

  /** @template {Http1Peer | Http2Peer} P @param {P} peer */
  #keep(peer) {
    this.#peers.add(peer);
    return peer;
  }
}
