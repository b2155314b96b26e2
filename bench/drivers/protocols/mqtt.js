// A subscriber connection to an MQTT 3.1.1 broker, QoS 0.

import { toMqttConnect, toMqttSubscribe } from "../../wire/mqtt-packets.js";
import { StampReader } from "../stamp-reader.js";

const TYPE = Object.freeze({ connack: 2, publish: 3, suback: 9 });
const TOPIC_LENGTH_BYTES = 2;
const NOTICE_BYTES_MAX = 8;
const REFUSED = 0x80;

/** @typedef {import("./protocol.js").SubscriberProtocol} SubscriberProtocol */

/** @implements {SubscriberProtocol} */
export class MqttSubscriber {
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
    this.deliveryBytes = 0;
    this.type = -1;
    this.length = 0;
    this.lengthShift = 0;
    /** Bytes of the packet behind its header, -1 within the header. */
    this.position = -1;
    /** @type {number[]} */
    this.notice = [];
  }

  hello() {
    return toMqttConnect();
  }

  /** @param {string} topic */
  subscribe(topic) {
    const payloadAt = TOPIC_LENGTH_BYTES + topic.length;
    this.deliveryBytes = payloadAt + this.payloadBytes;
    if (this.recorder !== null) this.stamps = new StampReader(this.recorder, payloadAt);
    return toMqttSubscribe(++this.subscriptions, topic);
  }

  /** @param {Uint8Array} buffer @param {number} length */
  feed(buffer, length) {
    let at = 0;
    while (at < length) {
      if (this.position < 0) {
        this.takeHeaderByte(/** @type {number} */ (buffer[at++]));
        continue;
      }
      const taken = Math.min(this.length - this.position, length - at);
      if (this.type !== TYPE.publish) this.keepNotice(buffer, at, taken);
      else this.stamps?.take(buffer, at, taken, this.position);
      at += taken;
      this.position += taken;
      if (this.position === this.length) this.endPacket();
    }
    return null;
  }

  /** @param {number} byte */
  takeHeaderByte(byte) {
    if (this.type < 0) {
      this.type = byte >> 4;
      return;
    }
    this.length += (byte & 127) * 2 ** this.lengthShift;
    this.lengthShift += 7;
    if (byte >= 128) return;
    this.position = 0;
    if (this.length === 0) this.endPacket();
  }

  /** @param {Uint8Array} buffer @param {number} at @param {number} length */
  keepNotice(buffer, at, length) {
    for (let index = at; index < at + length && this.notice.length < NOTICE_BYTES_MAX; index++)
      this.notice.push(/** @type {number} */ (buffer[index]));
  }

  endPacket() {
    if (this.type === TYPE.publish) {
      if (this.length === this.deliveryBytes) this.delivered += 1;
      else this.error ??= `a PUBLISH of ${this.length} bytes instead of ${this.deliveryBytes}`;
    } else if (this.type === TYPE.connack) {
      if (this.notice[1] !== 0) this.error ??= `CONNACK with code ${this.notice[1]}`;
    } else if (this.type === TYPE.suback && this.notice[2] !== REFUSED) {
      this.ready += 1;
    } else {
      this.error ??= `an unexpected packet of type ${this.type}`;
    }
    this.notice = [];
    this.type = -1;
    this.length = 0;
    this.lengthShift = 0;
    this.position = -1;
  }
}
