// A subscriber connection to NATS: lines, and messages of one known length.

import { StampReader } from "../stamp-reader.js";

const CARRIAGE_RETURN_LINE_FEED = 2;
const FIRST_SUBSCRIPTION_ID = 100_000;
const LETTER_M = 0x4d;
const LINE_FEED = 0x0a;

/** @typedef {import("./protocol.js").SubscriberProtocol} SubscriberProtocol */

/** @implements {SubscriberProtocol} */
export class NatsSubscriber {
  /** @param {import("./protocol.js").SubscriberOptions} options */
  constructor({ payloadBytes, recorder }) {
    this.delivered = 0;
    this.lost = 0;
    this.ready = 0;
    /** @type {string | null} */
    this.error = null;
    this.payloadBytes = payloadBytes;
    this.recorder = recorder;
    /** @type {StampReader | null} */
    this.stamps = null;
    this.subscriptions = 0;
    this.messageBytes = 0;
    this.messageLeft = 0;
    this.line = "";
    this.answer = "";
  }

  hello() {
    return Buffer.from('CONNECT {"verbose":false,"pedantic":false}\r\n');
  }

  /** The PING behind the SUB brings a PONG once the subscription stands. @param {string} topic */
  subscribe(topic) {
    const id = FIRST_SUBSCRIPTION_ID + this.subscriptions++;
    const start = `MSG ${topic} ${id} ${this.payloadBytes}\r\n`;
    this.messageBytes = start.length + this.payloadBytes + CARRIAGE_RETURN_LINE_FEED;
    if (this.recorder !== null) this.stamps = new StampReader(this.recorder, start.length);
    return Buffer.from(`SUB ${topic} ${id}\r\nPING\r\n`);
  }

  /** @param {Uint8Array} buffer @param {number} length */
  feed(buffer, length) {
    let at = 0;
    while (at < length) {
      if (this.messageLeft > 0) {
        const taken = Math.min(this.messageLeft, length - at);
        this.stamps?.take(buffer, at, taken, this.messageBytes - this.messageLeft);
        this.messageLeft -= taken;
        at += taken;
        if (this.messageLeft === 0) this.delivered += 1;
      } else if (this.line === "" && buffer[at] === LETTER_M) {
        this.messageLeft = this.messageBytes;
      } else {
        const byte = /** @type {number} */ (buffer[at++]);
        this.line += String.fromCharCode(byte);
        if (byte === LINE_FEED) this.takeLine();
      }
    }
    if (this.answer === "") return null;
    const answer = Buffer.from(this.answer);
    this.answer = "";
    return answer;
  }

  takeLine() {
    if (this.line.startsWith("PING")) this.answer += "PONG\r\n";
    else if (this.line.startsWith("PONG")) this.ready += 1;
    else if (this.line.startsWith("-ERR")) this.error ??= this.line.trim();
    this.line = "";
  }
}
