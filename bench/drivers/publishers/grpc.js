// Unary gRPC Publish calls on one HTTP/2 connection, with the server's limits on streams and windows kept.

import { FrameScanner } from "../../wire/frame-scanner.js";
import {
  FLAG,
  FRAME,
  toAcknowledgement,
  toClientHello,
  toRequest,
  toWindowUpdate,
} from "../../wire/http2-frames.js";
import { toIndexedBlocks } from "../../wire/hpack-literals.js";
import { PUBLISH_PATH, toCallHeaders, toPublishBody } from "../../wire/pubsub-messages.js";
import { connectSocket } from "./socket.js";

const SETTING_MAX_CONCURRENT_STREAMS = 3;
const WINDOW_BYTES_DEFAULT = 65_535;
const WINDOW_REFILL_BYTES = 0x1000_0000;

/** @typedef {import("./publisher.js").Publisher} Publisher */

/** @implements {Publisher} */
class GrpcPublisher {
  /** @param {import("node:net").Socket} socket @param {[string, string][]} headers @param {Buffer} body */
  constructor(socket, headers, body) {
    this.socket = socket;
    this.blocks = toIndexedBlocks(headers);
    this.body = body;
    this.scanner = new FrameScanner(this);
    this.nextStreamId = 1;
    this.waiting = 0;
    this.inFlight = 0;
    this.inFlightMax = Infinity;
    this.windowLeft = WINDOW_BYTES_DEFAULT;
    this.windowUsed = 0;
    /** @type {string | null} */
    this.failure = null;
    /** @type {Set<number>} streams whose response has brought a message */
    this.answered = new Set();
    /** @type {Buffer[]} */
    this.out = [toClientHello()];
    socket.on("error", (cause) => (this.failure ??= cause.message));
    socket.on("close", () => (this.failure ??= "the server closed the publisher's connection"));
    socket.on("data", (chunk) => {
      this.scanner.feed(chunk, chunk.length);
      this.send();
    });
    this.send();
  }

  /** @param {number} count */
  publish(count) {
    this.waiting += count;
    this.send();
  }

  error() {
    return this.failure;
  }

  close() {
    this.socket.removeAllListeners("close");
    this.socket.destroy();
  }

  /** Writes what may be written now; the rest goes out when answers and window updates come. */
  send() {
    while (this.waiting > 0 && this.inFlight < this.inFlightMax && this.windowLeft >= this.body.length) {
      const block = this.nextStreamId === 1 ? this.blocks.first : this.blocks.next;
      this.out.push(toRequest(this.nextStreamId, block, this.body));
      this.nextStreamId += 2;
      this.waiting -= 1;
      this.inFlight += 1;
      this.windowLeft -= this.body.length;
    }
    if (this.out.length === 0) return;
    this.socket.write(Buffer.concat(this.out));
    this.out = [];
  }

  /** @param {number} streamId @param {number} flags */
  onHeaders(streamId, flags) {
    if ((flags & FLAG.endStream) !== 0) this.endCall(streamId);
  }

  /** @param {number} streamId @param {Uint8Array} _buffer @param {number} start @param {number} end */
  onData(streamId, _buffer, start, end) {
    this.answered.add(streamId);
    this.windowUsed += end - start;
    if (this.windowUsed < WINDOW_REFILL_BYTES) return;
    this.out.push(toWindowUpdate(0, this.windowUsed));
    this.windowUsed = 0;
  }

  /** @param {number} streamId */
  onDataEnd(streamId) {
    this.endCall(streamId);
  }

  /** A response without a message is a refusal: its only HEADERS carry the status. @param {number} streamId */
  endCall(streamId) {
    this.inFlight -= 1;
    if (!this.answered.delete(streamId)) this.failure ??= "the server refused a Publish call";
  }

  /** @param {number} type @param {number} flags @param {number} streamId @param {Buffer} payload */
  onControl(type, flags, streamId, payload) {
    const answer = toAcknowledgement(type, flags, payload);
    if (answer !== null) this.out.push(answer);
    if (type === FRAME.settings) this.takeSettings(payload);
    else if (type === FRAME.windowUpdate && streamId === 0) this.windowLeft += payload.readUInt32BE(0);
    else if (type === FRAME.goaway) this.failure ??= `GOAWAY, error code ${payload.readUInt32BE(4)}`;
    else if (type === FRAME.rstStream) this.failure ??= `RST_STREAM, error code ${payload.readUInt32BE(0)}`;
  }

  /** @param {Buffer} payload */
  takeSettings(payload) {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) === SETTING_MAX_CONCURRENT_STREAMS)
        this.inFlightMax = payload.readUInt32BE(at + 2);
    }
  }
}

/**
 * @param {import("../../peers/peer.js").Target} target @param {string} topic @param {Buffer} payload
 * @returns {Promise<Publisher>}
 */
export async function connectGrpcPublisher(target, topic, payload) {
  const socket = await connectSocket(target.port);
  return new GrpcPublisher(socket, toCallHeaders(PUBLISH_PATH, target), toPublishBody(topic, payload));
}
