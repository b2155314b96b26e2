// The few messages of cache_client.pubsub.Pubsub that the drivers need, as bytes, and the headers of its calls.

export const PUBLISH_PATH = "/cache_client.pubsub.Pubsub/Publish";
export const SUBSCRIBE_PATH = "/cache_client.pubsub.Pubsub/Subscribe";
export const CACHE_NAME = "default";

/** The first byte of a _SubscriptionItem tells its kind: the tag of the oneof member. */
export const ITEM_TAG = 0x0a;
export const DISCONTINUITY_TAG = 0x12;

/** The tag of a _TopicItem's first field. */
const SEQUENCE_TAG = 0x08;

/** @param {number} value @returns {number[]} */
function toVarint(value) {
  const bytes = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}

/**
 * A length-delimited protobuf field.
 * @param {number} number @param {Uint8Array} bytes
 * @returns {Buffer}
 */
export function toField(number, bytes) {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...toVarint(bytes.length)]), bytes]);
}

/** @param {Uint8Array} message @returns {Buffer} the message behind its length */
export function toLengthDelimited(message) {
  return Buffer.concat([Buffer.from(toVarint(message.length)), message]);
}

/** @param {number} number @param {number} value @returns {Buffer} */
export function toNumberField(number, value) {
  return Buffer.from([number << 3, ...toVarint(value)]);
}

/**
 * A message behind the five bytes of gRPC's framing.
 * @param {Uint8Array} message
 * @returns {Buffer}
 */
export function toGrpcFrame(message) {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

/**
 * `bytes` bytes of text, the payload of every message of the bench.
 * @param {number} bytes
 * @returns {Buffer}
 */
export function toPayload(bytes) {
  return Buffer.alloc(bytes, "subito ");
}

/** @param {string} topic @returns {Buffer} _SubscriptionRequest, framed */
export function toSubscribeBody(topic) {
  return toGrpcFrame(Buffer.concat([toField(1, Buffer.from(CACHE_NAME)), toField(2, Buffer.from(topic))]));
}

/**
 * @param {string} topic @param {number} sequence  of the first item wanted @param {number} page
 * @returns {Buffer} _SubscriptionRequest, framed
 */
export function toResumeBody(topic, sequence, page) {
  return toGrpcFrame(
    Buffer.concat([
      toField(1, Buffer.from(CACHE_NAME)),
      toField(2, Buffer.from(topic)),
      toNumberField(3, sequence),
      toNumberField(4, page),
    ]),
  );
}

/** @param {string} topic @param {Buffer} payload @returns {Buffer} _PublishRequest with a text value, framed */
export function toPublishBody(topic, payload) {
  return toGrpcFrame(
    Buffer.concat([
      toField(1, Buffer.from(CACHE_NAME)),
      toField(2, Buffer.from(topic)),
      toField(3, toField(1, payload)),
    ]),
  );
}

/** @param {number} sequence @param {Buffer} payload @returns {Buffer} _SubscriptionItem with an item, framed */
export function toItemBody(sequence, payload) {
  const item = Buffer.concat([
    toNumberField(1, sequence),
    toField(2, toField(1, payload)),
    toNumberField(4, 1_700_000_000_000),
  ]);
  return toGrpcFrame(toField(1, item));
}

/** @param {Uint8Array} buffer @param {number} at @returns {number} where the varint that begins at `at` ends */
function skipVarint(buffer, at) {
  let end = at;
  while (/** @type {number} */ (buffer[end]) >= 128) end += 1;
  return end + 1;
}

/**
 * Where the payload begins in a _SubscriptionItem. Fields in the order of their numbers, as every encoder here writes them.
 * @param {Uint8Array} buffer @param {number} at  just behind the ITEM_TAG
 * @returns {number}
 */
export function findItemPayload(buffer, at) {
  let next = skipVarint(buffer, at);
  if (buffer[next] === SEQUENCE_TAG) next = skipVarint(buffer, next + 1);
  // The tag and the length of the value, then those of its text or binary.
  next = skipVarint(buffer, next + 1);
  return skipVarint(buffer, next + 1);
}

/**
 * The headers of a gRPC call as the SDKs send them.
 * @param {string} path @param {{ port: number, authorization: string | null }} target
 * @returns {[string, string][]}
 */
export function toCallHeaders(path, target) {
  /** @type {[string, string][]} */
  const headers = [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", `127.0.0.1:${target.port}`],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
    ["user-agent", "subito-bench/1"],
  ];
  if (target.authorization !== null) headers.push(["authorization", target.authorization]);
  return headers;
}
