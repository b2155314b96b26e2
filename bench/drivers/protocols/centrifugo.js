// A subscriber connection to Centrifugo: its protobuf protocol, replies with their length before them, in WebSocket messages.

import { toField, toLengthDelimited, toNumberField } from "../../wire/pubsub-messages.js";
import { OPCODE, toMaskedFrame } from "../../wire/websocket.js";
import { StampReader } from "../stamp-reader.js";
import { WebSocketSubscriber } from "./websocket.js";

/** Numbers of fields in Command, Reply and Push of the client protocol (version 2). */
const FIELD = Object.freeze({
  id: 1,
  connect: 4,
  subscribe: 5,
  push: 4,
  channel: 2,
  publication: 4,
  data: 4,
});
const CHANNEL_IN_SUBSCRIBE = 1;
const CONNECT_ID = 1;

/** The first byte of a Reply: a push, or the number of the command that it answers. */
const PUSH_TAG = (FIELD.push << 3) | 2;
const ID_TAG = FIELD.id << 3;
const ERROR_TAG = (2 << 3) | 2;
const NOTICE_BYTES_MAX = 200;

/** Data is JSON, as the HTTP API takes it: the payload is between quotes. */
const QUOTES_BYTES = 2;

/** @param {Uint8Array} command @returns {Buffer} */
export function toCommandFrame(command) {
  return toMaskedFrame(OPCODE.binary, toLengthDelimited(command)).bytes;
}

export class CentrifugoSubscriber extends WebSocketSubscriber {
  /** @param {import("./protocol.js").SubscriberOptions} options */
  constructor(options) {
    super(options);
    this.commands = CONNECT_ID;
    this.deliveryBytes = 0;
    this.length = 0;
    this.lengthShift = 0;
    this.position = -1;
    this.tag = 0;
    /** @type {number[]} the start of a reply that is not a delivery */
    this.notice = [];
    /** @type {StampReader | null} */
    this.stamps = null;
  }

  get path() {
    return "/connection/websocket?format=protobuf";
  }

  /** @param {string} topic */
  subscribe(topic) {
    const publication = toField(FIELD.data, Buffer.alloc(this.payloadBytes + QUOTES_BYTES));
    const push = [toField(FIELD.channel, Buffer.from(topic)), toField(FIELD.publication, publication)];
    this.deliveryBytes = toField(FIELD.push, Buffer.concat(push)).length;
    const stampAt = this.deliveryBytes - this.payloadBytes - QUOTES_BYTES / 2;
    if (this.recorder !== null) this.stamps = new StampReader(this.recorder, stampAt);
    const request = toField(CHANNEL_IN_SUBSCRIBE, Buffer.from(topic));
    const command = [toNumberField(FIELD.id, ++this.commands), toField(FIELD.subscribe, request)];
    return this.sendWhenUsable(toCommandFrame(Buffer.concat(command)));
  }

  onOpen() {
    const connect = toField(FIELD.connect, Buffer.alloc(0));
    this.answers.push(toCommandFrame(Buffer.concat([toNumberField(FIELD.id, CONNECT_ID), connect])));
    this.becomeUsable();
  }

  /** @param {Uint8Array} buffer @param {number} start @param {number} end */
  onPiece(buffer, start, end) {
    let at = start;
    while (at < end) {
      if (this.position < 0) {
        this.takeLengthByte(/** @type {number} */ (buffer[at++]));
        continue;
      }
      if (this.position === 0) this.tag = /** @type {number} */ (buffer[at]);
      const taken = Math.min(this.length - this.position, end - at);
      if (this.tag !== PUSH_TAG) this.keepNotice(buffer, at, taken);
      else if (this.length === this.deliveryBytes) this.stamps?.take(buffer, at, taken, this.position);
      at += taken;
      this.position += taken;
      if (this.position === this.length) this.endReply();
    }
  }

  /** @param {number} byte  of the varint before a reply */
  takeLengthByte(byte) {
    this.length += (byte & 127) * 2 ** this.lengthShift;
    this.lengthShift += 7;
    if (byte >= 128) return;
    this.position = 0;
    // An empty reply is a ping; an empty command answers it.
    if (this.length > 0) return;
    this.answers.push(toCommandFrame(Buffer.alloc(0)));
    this.endReply();
  }

  /** @param {Uint8Array} buffer @param {number} at @param {number} length */
  keepNotice(buffer, at, length) {
    for (let index = at; index < at + length && this.notice.length < NOTICE_BYTES_MAX; index++)
      this.notice.push(/** @type {number} */ (buffer[index]));
  }

  endReply() {
    if (this.length > 0) {
      if (this.tag !== PUSH_TAG) this.takeNotice();
      else if (this.length === this.deliveryBytes) this.delivered += 1;
      else this.error ??= `a push of ${this.length} bytes instead of ${this.deliveryBytes}`;
    }
    this.length = 0;
    this.lengthShift = 0;
    this.position = -1;
  }

  takeNotice() {
    const [tag, id = 0] = this.notice;
    // Numbers here stay below 128 or take two bytes; the field behind tells an error from a result.
    const next = this.notice[id < 128 ? 2 : 3];
    if (tag !== ID_TAG || next === ERROR_TAG)
      this.error ??= `an unexpected reply: ${Buffer.from(this.notice).toString("latin1")}`;
    else if (id !== CONNECT_ID) this.ready += 1;
    this.notice = [];
  }
}
