// HTTP/2 frames (RFC 9113) written by hand: what a client sends that wants to cost as little as possible.

export const FRAME = Object.freeze({
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
});

export const FLAG = Object.freeze({ ack: 0x1, endStream: 0x1, endHeaders: 0x4, padded: 0x8 });

export const FRAME_HEADER_BYTES = 9;

const SETTING_ENABLE_PUSH = 2;
const SETTING_INITIAL_WINDOW_SIZE = 4;
const WINDOW_BYTES_MAX = 0x7fffffff;
const WINDOW_BYTES_DEFAULT = 65_535;

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/**
 * @param {number} type @param {number} flags @param {number} streamId @param {Uint8Array} payload
 * @returns {Buffer}
 */
export function toFrame(type, flags, streamId, payload) {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
  frame.writeUIntBE(payload.length, 0, 3);
  frame[3] = type;
  frame[4] = flags;
  frame.writeUInt32BE(streamId, 5);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/**
 * @param {number} streamId @param {number} bytes
 * @returns {Buffer}
 */
export function toWindowUpdate(streamId, bytes) {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return toFrame(FRAME.windowUpdate, 0, streamId, payload);
}

/**
 * What opens a connection: preface, SETTINGS and a WINDOW_UPDATE that make both windows as large as they can be, so that
 * flow control never shapes the measurement.
 * @returns {Buffer}
 */
export function toClientHello() {
  const settings = Buffer.alloc(12);
  settings.writeUInt16BE(SETTING_ENABLE_PUSH, 0);
  settings.writeUInt32BE(0, 2);
  settings.writeUInt16BE(SETTING_INITIAL_WINDOW_SIZE, 6);
  settings.writeUInt32BE(WINDOW_BYTES_MAX, 8);
  return Buffer.concat([
    PREFACE,
    toFrame(FRAME.settings, 0, 0, settings),
    toWindowUpdate(0, WINDOW_BYTES_MAX - WINDOW_BYTES_DEFAULT),
  ]);
}

/**
 * HEADERS and one DATA with END_STREAM: a unary or server-streaming gRPC request. The header block must fit one frame.
 * @param {number} streamId @param {Uint8Array} headerBlock @param {Uint8Array} body
 * @returns {Buffer}
 */
export function toRequest(streamId, headerBlock, body) {
  return Buffer.concat([
    toFrame(FRAME.headers, FLAG.endHeaders, streamId, headerBlock),
    toFrame(FRAME.data, FLAG.endStream, streamId, body),
  ]);
}

/**
 * The answer that a SETTINGS or PING frame asks for, or null when it is itself an answer.
 * @param {number} type @param {number} flags @param {Uint8Array} payload
 * @returns {Buffer | null}
 */
export function toAcknowledgement(type, flags, payload) {
  if ((flags & FLAG.ack) !== 0) return null;
  if (type === FRAME.settings) return toFrame(FRAME.settings, FLAG.ack, 0, new Uint8Array(0));
  if (type === FRAME.ping) return toFrame(FRAME.ping, FLAG.ack, 0, payload);
  return null;
}
