// Peer: publish/subscribe on node:http2 with hand-written gRPC framing. Each item is encoded once and its buffer shared.
// Prints `port N` when it listens.

import http2 from "node:http2";
import { PUBLISH_PATH, SUBSCRIBE_PATH } from "../../wire/pubsub-messages.js";

/** @typedef {import("node:http2").ServerHttp2Stream} Stream */
/** @typedef {{ page: number, sequence: number, streams: Set<Stream> }} Topic */

const GRPC_PREFIX_BYTES = 5;
const EMPTY_MESSAGE = Buffer.alloc(GRPC_PREFIX_BYTES);
const HEARTBEAT = Buffer.from([0, 0, 0, 0, 2, 0x1a, 0]);
const RESPONSE_HEADERS = Object.freeze({ ":status": 200, "content-type": "application/grpc" });
const OK_TRAILERS = Object.freeze({ "grpc-status": "0" });

/** @type {Map<string, Topic>} */
const topics = new Map();

/** @param {string} key @returns {Topic} */
function topicOf(key) {
  let found = topics.get(key);
  if (found === undefined) {
    found = { page: Date.now(), sequence: 0, streams: new Set() };
    topics.set(key, found);
  }
  return found;
}

/** @param {number} value @returns {number} bytes of its varint */
function varintBytes(value) {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

/** @param {Buffer} out @param {number} at @param {number} value @returns {number} where the varint ends */
function writeVarint(out, at, value) {
  let rest = value;
  while (rest >= 128) {
    out[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  out[at++] = rest;
  return at;
}

/** The length-delimited fields 1 to 3 of a message, which is all that both requests hold here. @param {Buffer} body */
function readFields(body) {
  /** @type {(Buffer | undefined)[]} */
  const fields = [];
  let at = GRPC_PREFIX_BYTES;
  while (at < body.length) {
    const number = body.readUInt8(at++) >> 3;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = body.readUInt8(at++);
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    fields[number] = body.subarray(at, at + length);
    at += length;
  }
  return {
    key: `${fields[1]?.toString("latin1") ?? ""}\n${fields[2]?.toString("latin1") ?? ""}`,
    value: fields[3],
  };
}

/** A _SubscriptionItem with an item, framed. @param {Topic} topic @param {Buffer} value @returns {Buffer} */
function toItem(topic, value) {
  const itemBytes =
    3 + varintBytes(topic.sequence) + varintBytes(value.length) + value.length + varintBytes(topic.page);
  const messageBytes = 1 + varintBytes(itemBytes) + itemBytes;
  const out = Buffer.allocUnsafe(GRPC_PREFIX_BYTES + messageBytes);
  out[0] = 0;
  out.writeUInt32BE(messageBytes, 1);
  out[5] = 0x0a;
  let at = writeVarint(out, 6, itemBytes);
  out[at++] = 0x08;
  at = writeVarint(out, at, topic.sequence);
  out[at++] = 0x12;
  at = writeVarint(out, at, value.length);
  at += value.copy(out, at);
  out[at++] = 0x20;
  writeVarint(out, at, topic.page);
  return out;
}

/** @param {Stream} stream @param {Buffer} body */
function subscribe(stream, body) {
  const { streams } = topicOf(readFields(body).key);
  streams.add(stream);
  stream.on("close", () => streams.delete(stream));
  stream.respond(RESPONSE_HEADERS);
  stream.write(HEARTBEAT);
}

/** @param {Stream} stream @param {Buffer} body */
function publish(stream, body) {
  const { key, value } = readFields(body);
  const topic = topicOf(key);
  topic.sequence += 1;
  if (topic.streams.size > 0) {
    const item = toItem(topic, value ?? Buffer.alloc(0));
    for (const subscriber of topic.streams) subscriber.write(item);
  }
  stream.respond(RESPONSE_HEADERS, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(OK_TRAILERS));
  stream.end(EMPTY_MESSAGE);
}

const server = http2.createServer({ settings: { maxConcurrentStreams: 1000 } });
server.on("stream", (stream, headers) => {
  const handle = { [PUBLISH_PATH]: publish, [SUBSCRIBE_PATH]: subscribe }[headers[":path"] ?? ""];
  stream.on("error", () => stream.destroy());
  if (handle === undefined) {
    stream.respond({ ":status": 404 }, { endStream: true });
    return;
  }
  /** @type {Buffer[]} */
  const chunks = [];
  stream.on("data", (/** @type {Buffer} */ chunk) => chunks.push(chunk));
  stream.on("end", () => {
    const [first] = chunks;
    handle(stream, chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
  });
});
server.listen(0, "127.0.0.1", () => {
  console.log(`port ${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`);
});
