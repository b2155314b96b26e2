// A subscriber connection to Redis. All replies have lengths that are known before, so counting bytes is exact.

import { StampReader } from "../stamp-reader.js";

const CARRIAGE_RETURN_LINE_FEED = 2;

/** @param {string[]} words @returns {Buffer} a command in RESP */
export function toRedisCommand(words) {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join("")}`);
}

/** @typedef {import("./protocol.js").SubscriberProtocol} SubscriberProtocol */

/** @implements {SubscriberProtocol} */
export class RedisSubscriber {
  /** @param {import("./protocol.js").SubscriberOptions} options */
  constructor({ payloadBytes, recorder }) {
    this.lost = 0;
    /** @type {string | null} */
    this.error = null;
    this.payloadBytes = payloadBytes;
    this.recorder = recorder;
    /** @type {StampReader | null} */
    this.stamps = null;
    this.messageBytes = 0;
    /** The byte count at which each subscription has been confirmed. @type {number[]} */
    this.confirmedAt = [];
    this.replyBytes = 0;
    this.bytes = 0;
  }

  get ready() {
    let count = this.confirmedAt.length;
    while (count > 0 && this.bytes < /** @type {number} */ (this.confirmedAt[count - 1])) count -= 1;
    return count;
  }

  get delivered() {
    return this.messageBytes === 0 ? 0 : Math.max(0, this.bytes - this.replyBytes) / this.messageBytes;
  }

  hello() {
    return Buffer.alloc(0);
  }

  /** @param {string} topic */
  subscribe(topic) {
    const channel = `$${topic.length}\r\n${topic}\r\n`;
    this.replyBytes += `*3\r\n$9\r\nsubscribe\r\n${channel}:${this.confirmedAt.length + 1}\r\n`.length;
    this.confirmedAt.push(this.replyBytes);
    const { payloadBytes } = this;
    const start = `*3\r\n$7\r\nmessage\r\n${channel}$${payloadBytes}\r\n`;
    this.messageBytes = start.length + payloadBytes + CARRIAGE_RETURN_LINE_FEED;
    if (this.recorder !== null) this.stamps = new StampReader(this.recorder, start.length);
    return toRedisCommand(["SUBSCRIBE", topic]);
  }

  /** @param {Uint8Array} buffer @param {number} length */
  feed(buffer, length) {
    if (this.bytes === 0 && buffer[0] !== 0x2a)
      this.error = Buffer.from(buffer.subarray(0, length)).toString();
    if (this.stamps !== null) this.readStamps(this.stamps, buffer, length);
    this.bytes += length;
    return null;
  }

  /** @param {StampReader} stamps @param {Uint8Array} buffer @param {number} length */
  readStamps(stamps, buffer, length) {
    let at = Math.max(0, this.replyBytes - this.bytes);
    while (at < length) {
      const position = (this.bytes + at - this.replyBytes) % this.messageBytes;
      const taken = Math.min(this.messageBytes - position, length - at);
      stamps.take(buffer, at, taken, position);
      at += taken;
    }
  }
}
