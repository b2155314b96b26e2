// Unary gRPC Publish calls on one HTTP/2 connection, with the server's limits on streams, frames and windows kept.

import { FrameScanner } from "../../wire/frame-scanner.js";
import {
  FLAG,
  FRAME,
  toAcknowledgement,
  toClientHello,
  toFrame,
  toWindowUpdate,
} from "../../wire/http2-frames.js";
import { toIndexedBlocks } from "../../wire/hpack-literals.js";
import { PUBLISH_PATH, toCallHeaders, toPublishBody } from "../../wire/pubsub-messages.js";
import { createMessages } from "./messages.js";
import { connectSocket } from "./socket.js";

const SETTING_MAX_CONCURRENT_STREAMS = 3;
const SETTING_INITIAL_WINDOW_SIZE = 4;
const WINDOW_BYTES_DEFAULT = 65_535;
const WINDOW_REFILL_BYTES = 0x1000_0000;
/** Every server takes DATA frames up to here. */
const DATA_BYTES_MAX = 16_384;

/** @typedef {import("./publisher.js").Publisher} Publisher */
/** @typedef {import("./messages.js").Schedule} Schedule */
/** @typedef {{ streamId: number, body: Buffer, sent: number, windowLeft: number }} Request  its DATA partly sent */

/** @implements {Publisher} */
class GrpcPublisher {
  /** @param {import("node:net").Socket} socket @param {[string, string][]} headers @param {import("./messages.js").Messages} messages */
  constructor(socket, headers, messages) {
    this.socket = socket;
    this.blocks = toIndexedBlocks(headers);
    this.messages = messages;
    this.scanner = new FrameScanner(this);
    this.nextStreamId = 1;
    /** Schedules whose messages are not all sent, oldest first. @type {(Schedule & { left: number })[]} */
    this.waiting = [];
    /** @type {Request | null} */
    this.current = null;
    this.inFlight = 0;
    this.inFlightMax = Infinity;
    this.windowLeft = WINDOW_BYTES_DEFAULT;
    this.streamWindow = WINDOW_BYTES_DEFAULT;
    this.windowUsed = 0;
    /** @type {string | null} */
    this.failure = null;
    /** @type {Set<number>} streams whose response has brought a message */
    this.answered = new Set();
    this.newlyAnswered = 0;
    /** @type {(count: number) => void} */
    this.listener = () => undefined;
    /** @type {Buffer[]} */
    this.out = [toClientHello()];
    socket.on("error", (cause) => (this.failure ??= cause.message));
    socket.on("close", () => (this.failure ??= "the server closed the publisher's connection"));
    socket.on("data", (chunk) => {
      this.scanner.feed(chunk, chunk.length);
      this.tellAnswers();
      this.send();
    });
    this.send();
  }

  /** @param {number} count @param {Schedule} schedule */
  publish(count, schedule) {
    this.waiting.push({ ...schedule, left: count });
    this.send();
  }

  /** @param {(count: number) => void} listener */
  onAnswers(listener) {
    this.listener = listener;
  }

  tellAnswers() {
    const count = this.newlyAnswered;
    this.newlyAnswered = 0;
    if (count > 0) this.listener(count);
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
    for (;;) {
      this.current ??= this.beginRequest();
      if (this.current === null || !this.sendBody(this.current)) break;
      this.current = null;
    }
    if (this.out.length === 0) return;
    this.socket.write(Buffer.concat(this.out));
    this.out = [];
  }

  /** @returns {Request | null} */
  beginRequest() {
    const [schedule] = this.waiting;
    if (schedule === undefined || this.inFlight >= this.inFlightMax) return null;
    const body = this.messages.take(1, schedule);
    schedule.dueNs += schedule.stepNs;
    schedule.left -= 1;
    if (schedule.left === 0) this.waiting.shift();
    const streamId = this.nextStreamId;
    this.nextStreamId += 2;
    this.inFlight += 1;
    const block = streamId === 1 ? this.blocks.first : this.blocks.next;
    this.out.push(toFrame(FRAME.headers, FLAG.endHeaders, streamId, block));
    return { streamId, body, sent: 0, windowLeft: this.streamWindow };
  }

  /** @param {Request} request @returns {boolean} true when all of it is sent */
  sendBody(request) {
    const { body, streamId } = request;
    while (request.sent < body.length) {
      const allowed = Math.min(this.windowLeft, request.windowLeft, DATA_BYTES_MAX);
      const length = Math.min(allowed, body.length - request.sent);
      if (length <= 0) return false;
      const piece = body.subarray(request.sent, request.sent + length);
      request.sent += length;
      request.windowLeft -= length;
      this.windowLeft -= length;
      const flags = request.sent === body.length ? FLAG.endStream : 0;
      this.out.push(toFrame(FRAME.data, flags, streamId, piece));
    }
    return true;
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
    this.newlyAnswered += 1;
    if (this.current?.streamId === streamId) this.current = null;
    if (!this.answered.delete(streamId)) this.failure ??= "the server refused a Publish call";
  }

  /** @param {number} type @param {number} flags @param {number} streamId @param {Buffer} payload */
  onControl(type, flags, streamId, payload) {
    const answer = toAcknowledgement(type, flags, payload);
    if (answer !== null) this.out.push(answer);
    if (type === FRAME.settings) this.takeSettings(payload);
    else if (type === FRAME.windowUpdate) this.takeWindowUpdate(streamId, payload.readUInt32BE(0));
    else if (type === FRAME.goaway) this.failure ??= `GOAWAY, error code ${payload.readUInt32BE(4)}`;
    else if (type === FRAME.rstStream) this.failure ??= `RST_STREAM, error code ${payload.readUInt32BE(0)}`;
  }

  /** @param {number} streamId @param {number} bytes */
  takeWindowUpdate(streamId, bytes) {
    if (streamId === 0) this.windowLeft += bytes;
    else if (this.current?.streamId === streamId) this.current.windowLeft += bytes;
  }

  /** @param {Buffer} payload */
  takeSettings(payload) {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const value = payload.readUInt32BE(at + 2);
      const setting = payload.readUInt16BE(at);
      if (setting === SETTING_MAX_CONCURRENT_STREAMS) this.inFlightMax = value;
      if (setting !== SETTING_INITIAL_WINDOW_SIZE) continue;
      if (this.current !== null) this.current.windowLeft += value - this.streamWindow;
      this.streamWindow = value;
    }
  }
}

/** @param {import("./publisher.js").PublisherOptions} options @returns {Promise<Publisher>} */
export async function connectGrpcPublisher({ target, topic, payload, stamped }) {
  const socket = await connectSocket(target.port);
  const messages = createMessages(toPublishBody(topic, payload), payload, stamped);
  return new GrpcPublisher(socket, toCallHeaders(PUBLISH_PATH, target), messages);
}
