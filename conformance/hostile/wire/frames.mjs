// HTTP/2 frames as bytes (RFC 9113 section 4 and 6), right or wrong: nothing here checks anything.

export const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export const Type = Object.freeze({
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
  /** Of no extension that anyone has written down. */
  UNKNOWN: 0x77,
});

export const Flag = Object.freeze({ ACK: 0x1, END_STREAM: 0x1, END_HEADERS: 0x4, PADDED: 0x8 });

/** HEADERS of a request that is complete. */
export const COMPLETE = Flag.END_HEADERS | Flag.END_STREAM;

export const Setting = Object.freeze({ INITIAL_WINDOW_SIZE: 0x4 });

/** The names of RFC 9113 section 7, by their numbers. */
export const errorNames = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
];

const nothing = Buffer.alloc(0);

/**
 * @param {number} type
 * @param {number} flags
 * @param {number} streamId
 * @param {Uint8Array} [payload]
 */
export function toFrame(type, flags, streamId, payload = nothing) {
  const frame = Buffer.allocUnsafe(9 + payload.length);
  frame.writeUIntBE(payload.length, 0, 3);
  frame[3] = type;
  frame[4] = flags;
  frame.writeUInt32BE(streamId, 5);
  frame.set(payload, 9);
  return frame;
}

/** @param {number} value */
export function toUint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** @param {readonly (readonly [id: number, value: number])[]} [settings] */
export function toSettings(settings = []) {
  const payload = Buffer.alloc(6 * settings.length);
  settings.forEach(([id, value], at) => {
    payload.writeUInt16BE(id, 6 * at);
    payload.writeUInt32BE(value, 6 * at + 2);
  });
  return toFrame(Type.SETTINGS, 0, 0, payload);
}

/** @param {number} streamId 0 is the connection @param {number} incrementBytes */
export function toWindowUpdate(streamId, incrementBytes) {
  return toFrame(Type.WINDOW_UPDATE, 0, streamId, toUint32(incrementBytes));
}

/** The id of the n-th stream of a client, from 0. @param {number} n */
export function toStreamId(n) {
  return 2 * n + 1;
}
