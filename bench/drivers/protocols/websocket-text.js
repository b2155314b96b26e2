// Subscribers of WebSocket peers that send each delivery as a message of its own, with the same text around its payload.

import { StampReader } from "../stamp-reader.js";
import { WebSocketSubscriber } from "./websocket.js";

/** So much of a message tells its kind; longer ones than this are deliveries. */
const HEAD_BYTES = 48;

export class TextSubscriber extends WebSocketSubscriber {
  /** @param {import("./protocol.js").SubscriberOptions} options */
  constructor(options) {
    super(options);
    this.head = Buffer.alloc(HEAD_BYTES);
    this.messageBytes = 0;
    /** Of a delivery. */
    this.deliveryBytes = 0;
    /** What a delivery begins with. */
    this.opening = Buffer.alloc(0);
    /** @type {StampReader | null} */
    this.stamps = null;
  }

  /** @param {string} before  what stands before the payload of a delivery @param {string} after */
  expectDeliveries(before, after) {
    this.opening = Buffer.from(before);
    this.deliveryBytes = this.opening.length + this.payloadBytes + Buffer.byteLength(after);
    if (this.recorder !== null) this.stamps = new StampReader(this.recorder, this.opening.length);
  }

  /** @param {Uint8Array} buffer @param {number} start @param {number} end */
  onPiece(buffer, start, end) {
    const position = this.messageBytes;
    if (position < HEAD_BYTES) {
      const taken = Math.min(HEAD_BYTES - position, end - start);
      for (let at = 0; at < taken; at++)
        this.head[position + at] = /** @type {number} */ (buffer[start + at]);
    }
    // A notice is never taken for a delivery: its stamp would be noise.
    if (this.stamps !== null && this.isOpened(position + end - start))
      this.stamps.take(buffer, start, end - start, position);
    this.messageBytes += end - start;
  }

  /** @param {number} received  bytes of the message @returns {boolean} false where it cannot be a delivery */
  isOpened(received) {
    const known = Math.min(received, this.opening.length, HEAD_BYTES);
    return this.head.compare(this.opening, 0, known, 0, known) === 0;
  }

  onMessageEnd() {
    const bytes = this.messageBytes;
    this.messageBytes = 0;
    if (bytes === this.deliveryBytes && this.isOpened(bytes)) this.delivered += 1;
    else this.onNotice(this.head.toString("latin1", 0, Math.min(bytes, HEAD_BYTES)));
  }

  /** Any message that is not a delivery. @param {string} start  its first bytes */
  onNotice(start) {
    this.error ??= `an unexpected message: ${start}`;
  }
}
