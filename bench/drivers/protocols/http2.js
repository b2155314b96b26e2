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
  toSubscribeBody,
} from "../../wire/pubsub-messages.js";

const GRPC_PREFIX_BYTES = 5;
const WINDOW_REFILL_BYTES = 0x2000_0000;

/** Where one stream stands inside its run of gRPC messages. */
class StreamState {
  constructor() {
    this.answered = false;
    this.messageLeft = 0;
    this.prefix = new Uint8Array(GRPC_PREFIX_BYTES + 1);
    this.prefixBytes = 0;
  }
}

/** @typedef {import("./protocol.js").SubscriberProtocol} SubscriberProtocol */

/** @implements {SubscriberProtocol} */
export class Http2Subscriber {
  /** @param {import("../../peers/peer.js").Target} target */
  constructor(target) {
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
    /** @type {Buffer[]} */
    this.answers = [];
  }

  hello() {
    return toClientHello();
  }

  /** @param {string} topic */
  subscribe(topic) {
    const streamId = 2 * this.streams.length + 1;
    this.streams.push(new StreamState());
    return toRequest(streamId, this.headerBlock, toSubscribeBody(topic));
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
    this.windowUsed += end - start;
    if (this.windowUsed > WINDOW_REFILL_BYTES) {
      this.answers.push(toWindowUpdate(0, this.windowUsed));
      this.windowUsed = 0;
    }
    const stream = this.streamOf(streamId);
    let at = start;
    while (at < end) {
      if (stream.messageLeft > 0) {
        const taken = Math.min(stream.messageLeft, end - at);
        stream.messageLeft -= taken;
        at += taken;
      } else {
        this.takePrefixByte(stream, /** @type {number} */ (buffer[at++]));
      }
    }
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
    if (byte === ITEM_TAG) this.delivered += 1;
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
