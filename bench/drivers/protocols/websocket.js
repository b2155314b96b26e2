// What the subscribers of all WebSocket peers share: upgrade, pings, and what is to be sent once the connection is open.

import { OPCODE, WebSocketScanner, toMaskedFrame, toUpgradeRequest } from "../../wire/websocket.js";

/** @typedef {import("./protocol.js").SubscriberOptions} SubscriberOptions */

const NOTHING = Buffer.alloc(0);

/** `subscribe`, `onPiece` and what the messages mean are its subclasses' own. */
export class WebSocketSubscriber {
  /** @param {SubscriberOptions} options */
  constructor({ target, payloadBytes, recorder }) {
    this.delivered = 0;
    this.lost = 0;
    this.ready = 0;
    /** @type {string | null} */
    this.error = null;
    this.port = target.port;
    this.payloadBytes = payloadBytes;
    this.recorder = recorder;
    this.scanner = new WebSocketScanner(this);
    this.usable = false;
    /** What waits until the connection is usable. @type {Buffer[]} */
    this.waiting = [];
    /** @type {Buffer[]} */
    this.answers = [];
  }

  /** Of the upgrade request. */
  get path() {
    return "/";
  }

  hello() {
    return toUpgradeRequest(this.port, this.path);
  }

  /** @param {Buffer} frame @returns {Buffer} what can be sent at once */
  sendWhenUsable(frame) {
    if (this.usable) return frame;
    this.waiting.push(frame);
    return NOTHING;
  }

  /** @param {Uint8Array} buffer @param {number} length */
  feed(buffer, length) {
    this.scanner.feed(buffer, length);
    if (this.answers.length === 0) return null;
    const answer = Buffer.concat(this.answers);
    this.answers = [];
    return answer;
  }

  becomeUsable() {
    this.usable = true;
    this.answers.push(...this.waiting);
    this.waiting = [];
  }

  onOpen() {
    this.becomeUsable();
  }

  onMessageEnd() {
    // where messages are told apart by other means
  }

  /** @param {number} opcode @param {Buffer} payload */
  onControl(opcode, payload) {
    if (opcode === OPCODE.ping) this.answers.push(toMaskedFrame(OPCODE.pong, payload).bytes);
    if (opcode === OPCODE.close)
      this.error ??= `closed: ${payload.length < 2 ? "" : payload.readUInt16BE(0)} ${payload.toString("utf8", 2)}`;
  }

  /** @param {string} reason */
  onFailure(reason) {
    this.error ??= reason;
  }
}
