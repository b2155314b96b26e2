// A subscriber connection to Subito's WebSocket: JSON in text messages, the payload behind numbers that grow.

import { CACHE_NAME } from "../../wire/pubsub-messages.js";
import { toTextFrame } from "../../wire/websocket.js";
import { StampReader } from "../stamp-reader.js";
import { TextSubscriber } from "./websocket-text.js";

/** What stands behind the payload of a delivery. */
const ENDING = '"}}}';

export class SubitoWebSocketSubscriber extends TextSubscriber {
  /** @param {import("./protocol.js").SubscriberOptions} options */
  constructor(options) {
    super(options);
    this.authorization = options.target.authorization ?? "";
    this.lastId = 0;
  }

  get path() {
    return `/ws?token=${encodeURIComponent(this.authorization)}`;
  }

  /** @param {string} topic */
  subscribe(topic) {
    this.opening = Buffer.from(`{"type":"item","cache":"${CACHE_NAME}","topic":"${topic}","item":{`);
    this.lastId += 1;
    return this.sendWhenUsable(
      toTextFrame(JSON.stringify({ id: this.lastId, type: "subscribe", cache: CACHE_NAME, topic })),
    );
  }

  /** @param {Uint8Array} buffer @param {number} start @param {number} end */
  onPiece(buffer, start, end) {
    if (this.messageBytes === 0) {
      // The numbers before the payload have as many digits as they need: it is found from the end.
      this.deliveryBytes = end - start + this.scanner.payloadLeft;
      const stampAt = this.deliveryBytes - ENDING.length - this.payloadBytes;
      if (this.recorder !== null && this.stamps?.stampAt !== stampAt)
        this.stamps = new StampReader(this.recorder, stampAt);
    }
    super.onPiece(buffer, start, end);
  }

  /** @param {string} start */
  onNotice(start) {
    if (start.startsWith(`{"id":${this.lastId},"type":"subscribed"`)) this.ready = this.lastId;
    else if (start.startsWith('{"type":"discontinuity"')) this.lost += 1;
    else if (!/^\{"id":\d+,"type":"subscribed"/.test(start)) super.onNotice(start);
  }
}
