// Peer: the C floor in Node. It accepts subscribers that speak HTTP/2, notes their streams, and writes what a publisher sends (length, bytes) to
// each of them, by write(2) itself, which is the cheapest way that Node has. No topics, no flow control, no header decoding. Prints
// "port N" when it listens.

import { writeSync } from "node:fs";
import { createServer } from "node:net";
import { FLAG, FRAME, FRAME_HEADER_BYTES, toFrame } from "../../wire/http2-frames.js";

const PREFACE_BYTES = 24;
const LENGTH_BYTES = 4;
const nothing = Buffer.alloc(0);
const settings = toFrame(FRAME.settings, 0, 0, nothing);
/** `:status 200` (RFC 7541, appendix A). */
const responseBlock = Buffer.of(0x88);

/** @typedef {{ socket: import("node:net").Socket, fd: number, streams: number[] }} Subscriber */

/** @type {Set<Subscriber>} */
const subscribers = new Set();

/** @param {readonly Buffer[]} bodies @param {number} stream @returns {Buffer[]} */
function toFrames(bodies, stream) {
  return bodies.map((body) => toFrame(FRAME.data, 0, stream, body));
}

/** @param {readonly Buffer[]} bodies */
function broadcast(bodies) {
  const shared = Buffer.concat(toFrames(bodies, 1));
  for (const subscriber of subscribers) {
    const isAlone = subscriber.streams.length === 1;
    write(
      subscriber,
      isAlone ? shared : Buffer.concat(subscriber.streams.flatMap((stream) => toFrames(bodies, stream))),
    );
  }
}

/** @param {Subscriber} subscriber @param {Buffer} bytes */
function write({ socket, fd }, bytes) {
  let written = 0;
  try {
    if (socket.writableLength === 0) written = writeSync(fd, bytes);
  } catch {
    // The socket finds out the same.
  }
  if (written < bytes.length) socket.write(bytes.subarray(written));
}

/** @param {Buffer} bytes @returns {Buffer} what is left */
function takePublished(bytes) {
  const bodies = [];
  let rest = bytes;
  while (rest.length >= LENGTH_BYTES && rest.length - LENGTH_BYTES >= rest.readUInt32BE(0)) {
    const end = LENGTH_BYTES + rest.readUInt32BE(0);
    bodies.push(rest.subarray(LENGTH_BYTES, end));
    rest = rest.subarray(end);
  }
  if (bodies.length > 0) broadcast(bodies);
  return rest;
}

/** @param {Subscriber} subscriber @param {Buffer} bytes @returns {Buffer} what is left */
function takeFrames(subscriber, bytes) {
  let rest = bytes;
  while (rest.length >= FRAME_HEADER_BYTES && rest.length - FRAME_HEADER_BYTES >= rest.readUIntBE(0, 3)) {
    if (rest[3] === FRAME.headers) {
      const stream = rest.readUInt32BE(5);
      subscriber.streams.push(stream);
      subscriber.socket.write(toFrame(FRAME.headers, FLAG.endHeaders, stream, responseBlock));
    }
    rest = rest.subarray(FRAME_HEADER_BYTES + rest.readUIntBE(0, 3));
  }
  return rest;
}

const server = createServer({ noDelay: true }, (socket) => {
  const { fd } = /** @type {{ fd: number }} */ (/** @type {any} */ (socket)._handle);
  /** @type {Subscriber} */
  const subscriber = { socket, fd, streams: [] };
  /** @type {((bytes: Buffer) => Buffer) | undefined} */
  let take;
  let rest = nothing;
  socket.on("error", () => socket.destroy());
  socket.on("close", () => subscribers.delete(subscriber));
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    // A length below 2^24 begins with a zero.
    if (take === undefined && rest[0] === 0) take = takePublished;
    if (take === undefined && rest.length >= PREFACE_BYTES) {
      take = (bytes) => takeFrames(subscriber, bytes);
      subscribers.add(subscriber);
      socket.write(settings);
      rest = rest.subarray(PREFACE_BYTES);
    }
    if (take !== undefined) rest = take(rest);
  });
});
server.listen(0, "127.0.0.1", 4096, () => {
  console.log(`port ${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`);
});
