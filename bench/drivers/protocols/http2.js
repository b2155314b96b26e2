// A subscriber connection over HTTP/2: what to send, and exact counts of what comes back.

import { FrameScanner } from "../../wire/frame-scanner.js";
import {
  FLAG,
  FRAME,
  toAcknowledgement,
  toClientHello,
  toRequest,
  toWindowUpdate,
} from "../../wire/http2-frames.js";
import { toLiteralBlock } from "../../wire/hpack-literals.js";
import {
  DISCONTINUITY_TAG,
  ITEM_TAG,
  SUBSCRIBE_PATH,
  toCallHeaders,
  findItemPayload,
  toSubscribeBody,
} from "../../wire/pubsub-messages.js";

const GRPC_PREFIX_BYTES = 5;
/** What stands before a payload and the payload's stamp fit into so much of an item. */
const ITEM_HEAD_BYTES = 48;
const WINDOW_REFILL_BYTES = 0x2000_0000;

/** Where one stream stands inside its run of gRPC messages. */
class StreamState {
  constructor() {
    this.answered = false;
    this.messageLeft = 0;
    this.prefix = new Uint8Array(GRPC_PREFIX_BYTES + 1);
    this.prefixBytes = 0;
    this.windowUsed = 0;
    /** The start of an item whose stamp is wanted, and how much of it is still to come. */
    this.head = Buffer.alloc(0);
    this.headLeft = 0;
  }
}

/** @typedef {import("./protocol.js").SubscriberProtocol} SubscriberProtocol */

/** @implements {SubscriberProtocol} */
export class Http2Subscriber {
  /** @param {import("./protocol.js").SubscriberOptions} options */
  constructor({ target, recorder }) {
    this.delivered = 0;
    this.lost = 0;
    this.ready = 0;
    /** @type {string | null} */
    this.error = null;
    this.scanner = new FrameScanner(this);
    this.headerBlock = toLiteralBlock(toCallHeaders(SUBSCRIBE_PATH, target));
    /** @type {StreamState[]} */
    this.streams = [];
    this.windowUsed = 0;
    this.recorder = recorder;
    /** @type {Buffer[]} */
    this.answers = [];
  }

  hello() {
    return toClientHello();
  }

  /** @param {string} topic */
  subscribe(topic) {
    return toRequest(this.addStream(), this.headerBlock, toSubscribeBody(topic));
  }

  /** @returns {number} its id */
  addStream() {
    this.streams.push(new StreamState());
    return 2 * this.streams.length - 1;
  }

  /** How much of an item onHead is given. */
  get headBytes() {
    return ITEM_HEAD_BYTES;
  }

  /** @param {Uint8Array} buffer @param {number} at  where the item's bytes behind its tag begin */
  onHead(buffer, at) {
    this.recorder?.record(buffer, findItemPayload(buffer, at));
  }

  /** @param {Uint8Array} buffer @param {number} length */
  feed(buffer, length) {
    this.scanner.feed(buffer, length);
    if (this.answers.length === 0) return null;
    const answer = Buffer.concat(this.answers);
    this.answers = [];
    return answer;
  }

  /** @param {number} streamId */
  streamOf(streamId) {
    return /** @type {StreamState} */ (this.streams[(streamId - 1) >> 1]);
  }

  /** @param {number} streamId @param {number} flags */
  onHeaders(streamId, flags) {
    if ((flags & FLAG.endStream) !== 0) {
      this.error ??= "the server ended a subscription";
      return;
    }
    const stream = this.streamOf(streamId);
    if (stream.answered) return;
    stream.answered = true;
    this.ready += 1;
  }

  /** @param {number} streamId @param {Uint8Array} buffer @param {number} start @param {number} end */
  onData(streamId, buffer, start, end) {
    const stream = this.streamOf(streamId);
    this.refillWindow(this, 0, end - start);
    this.refillWindow(stream, streamId, end - start);
    let at = start;
    while (at < end) {
      if (stream.messageLeft > 0) {
        const taken = Math.min(stream.messageLeft, end - at);
        if (stream.headLeft > 0) this.takeHead(stream, buffer, at, taken);
        stream.messageLeft -= taken;
        at += taken;
      } else {
        this.takePrefixByte(stream, /** @type {number} */ (buffer[at++]));
      }
    }
  }

  /** @param {{ windowUsed: number }} user  the connection or a stream @param {number} streamId @param {number} bytes */
  refillWindow(user, streamId, bytes) {
    user.windowUsed += bytes;
    if (user.windowUsed <= WINDOW_REFILL_BYTES) return;
    this.answers.push(toWindowUpdate(streamId, user.windowUsed));
    user.windowUsed = 0;
  }

  /** @param {StreamState} stream @param {Uint8Array} buffer @param {number} at @param {number} length */
  takeHead(stream, buffer, at, length) {
    const { head, headLeft } = stream;
    const taken = Math.min(headLeft, length);
    if (taken === head.length) {
      stream.headLeft = 0;
      this.onHead(buffer, at, at + taken);
      return;
    }
    head.set(buffer.subarray(at, at + taken), head.length - headLeft);
    stream.headLeft -= taken;
    if (stream.headLeft === 0) this.onHead(head, 0, head.length);
  }

  /** @param {StreamState} stream */
  beginItem(stream) {
    this.delivered += 1;
    if (this.recorder === null) return;
    stream.headLeft = Math.min(this.headBytes, stream.messageLeft);
    if (stream.head.length !== stream.headLeft) stream.head = Buffer.alloc(stream.headLeft);
  }

  /**
   * Gathers the gRPC prefix and the first byte of the message, which tells an item from a heartbeat.
   * @param {StreamState} stream @param {number} byte
   */
  takePrefixByte(stream, byte) {
    const { prefix } = stream;
    prefix[stream.prefixBytes++] = byte;
    if (stream.prefixBytes < GRPC_PREFIX_BYTES) return;
    const length = new DataView(prefix.buffer).getUint32(1);
    if (length > 0 && stream.prefixBytes === GRPC_PREFIX_BYTES) return;
    stream.prefixBytes = 0;
    stream.messageLeft = Math.max(0, length - 1);
    if (length === 0) return;
    if (byte === ITEM_TAG) this.beginItem(stream);
    else if (byte === DISCONTINUITY_TAG) this.lost += 1;
  }

  onDataEnd() {
    this.error ??= "the server ended a subscription";
  }

  /** @param {number} type @param {number} flags @param {number} streamId @param {Buffer} payload */
  onControl(type, flags, streamId, payload) {
    const answer = toAcknowledgement(type, flags, payload);
    if (answer !== null) this.answers.push(answer);
    if (type === FRAME.goaway) this.error ??= `GOAWAY, error code ${payload.readUInt32BE(4)}`;
    if (type === FRAME.rstStream)
      this.error ??= `RST_STREAM on ${streamId}, error code ${payload.readUInt32BE(0)}`;
  }
}
