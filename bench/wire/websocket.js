// WebSocket (RFC 6455) by hand, the client's side: the upgrade request, masked frames, and a scanner that copies no payload.

import { HOST } from "../peers/peer.js";

export const OPCODE = Object.freeze({ text: 1, binary: 2, close: 8, ping: 9, pong: 10 });

/** Any key is as good as another here: it protects proxies, and there is none. */
export const MASK_KEY = Buffer.from([0x5a, 0xc3, 0x96, 0x2d]);

const MASKED = 0x80;
const FINAL = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const HANDSHAKE_BYTES_MAX = 16_384;
const HANDSHAKE_END = "\r\n\r\n";

/** @param {number} port @param {string} path @returns {Buffer} */
export function toUpgradeRequest(port, path) {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${HOST}:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: c3ViaXRvLWJlbmNoLTAwMQ==",
  ];
  return Buffer.from(`${lines.join("\r\n")}${HANDSHAKE_END}`);
}

/** @param {number} length @returns {Buffer} the bytes of a frame's header that tell the length, without the first one */
function toLengthBytes(length) {
  if (length < LENGTH_16) return Buffer.from([MASKED | length]);
  if (length < 0x1_0000) return Buffer.from([MASKED | LENGTH_16, length >> 8, length & 255]);
  const bytes = Buffer.alloc(9);
  bytes[0] = MASKED | LENGTH_64;
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

/**
 * Masks bytes in place, or takes the mask off.
 * @param {Uint8Array} buffer @param {number} start @param {number} end
 * @param {number} offset  of `start` in the payload of its frame
 */
export function applyMask(buffer, start, end, offset) {
  for (let at = start; at < end; at++) {
    const key = /** @type {number} */ (MASK_KEY[(offset + at - start) & 3]);
    buffer[at] = /** @type {number} */ (buffer[at]) ^ key;
  }
}

/**
 * A whole message in one masked frame.
 * @param {number} opcode @param {Uint8Array} payload
 * @returns {{ bytes: Buffer, payloadAt: number }}
 */
export function toMaskedFrame(opcode, payload) {
  const header = Buffer.concat([Buffer.from([FINAL | opcode]), toLengthBytes(payload.length), MASK_KEY]);
  const bytes = Buffer.concat([header, payload]);
  applyMask(bytes, header.length, bytes.length, 0);
  return { bytes, payloadAt: header.length };
}

/** @param {string} text @returns {Buffer} */
export function toTextFrame(text) {
  return toMaskedFrame(OPCODE.text, Buffer.from(text)).bytes;
}

/**
 * @typedef {object} MessageSink
 * @property {() => void} onOpen  the server has accepted the upgrade
 * @property {(buffer: Uint8Array, start: number, end: number) => void} onPiece  of a text or binary message
 * @property {() => void} onMessageEnd
 * @property {(opcode: number, payload: Buffer) => void} onControl  a whole close, ping or pong frame
 * @property {(reason: string) => void} onFailure  this is not WebSocket
 */

export class WebSocketScanner {
  /** @param {MessageSink} sink */
  constructor(sink) {
    this.sink = sink;
    this.open = false;
    this.handshake = "";
    this.header = Buffer.alloc(10);
    this.headerBytes = 0;
    this.headerNeeded = 2;
    this.payloadLeft = 0;
    this.opcode = 0;
    this.final = false;
    /** @type {Buffer[]} */
    this.controlPieces = [];
  }

  /** @param {Uint8Array} buffer @param {number} length  of what was received; the buffer may be reused afterwards */
  feed(buffer, length) {
    let at = this.open ? 0 : this.takeHandshake(buffer, length);
    while (at < length) {
      if (this.headerBytes < this.headerNeeded) {
        this.header[this.headerBytes++] = /** @type {number} */ (buffer[at++]);
        if (this.headerBytes === this.headerNeeded) this.takeHeader();
        continue;
      }
      const end = Math.min(length, at + this.payloadLeft);
      this.payloadLeft -= end - at;
      if (this.opcode < OPCODE.close) this.sink.onPiece(buffer, at, end);
      else this.controlPieces.push(Buffer.from(buffer.subarray(at, end)));
      at = end;
      if (this.payloadLeft === 0) this.endFrame();
    }
  }

  /** @param {Uint8Array} buffer @param {number} length @returns {number} where the frames begin */
  takeHandshake(buffer, length) {
    const before = this.handshake.length;
    this.handshake += Buffer.from(buffer.subarray(0, length)).toString("latin1");
    const end = this.handshake.indexOf(HANDSHAKE_END);
    if (end === -1) {
      if (this.handshake.length > HANDSHAKE_BYTES_MAX) this.sink.onFailure("the upgrade's answer has no end");
      return length;
    }
    if (!this.handshake.startsWith("HTTP/1.1 101 ")) {
      this.sink.onFailure(`no upgrade: ${this.handshake.slice(0, 200)}`);
      return length;
    }
    this.open = true;
    this.handshake = "";
    this.sink.onOpen();
    return end + HANDSHAKE_END.length - before;
  }

  /** Called with two bytes of a header, and again with the rest of it when its length takes more. */
  takeHeader() {
    const { header } = this;
    const short = header.readUInt8(1);
    if (this.headerBytes === 2) {
      this.headerNeeded = short === LENGTH_16 ? 4 : short === LENGTH_64 ? 10 : 2;
      if (this.headerNeeded > 2) return;
    }
    if (short === LENGTH_16) this.payloadLeft = header.readUInt16BE(2);
    else this.payloadLeft = short === LENGTH_64 ? Number(header.readBigUInt64BE(2)) : short;
    if (short >= MASKED) this.sink.onFailure("a server's frame is masked");
    const first = header.readUInt8(0);
    this.final = (first & FINAL) !== 0;
    this.opcode = first & 15;
    if (this.payloadLeft === 0) this.endFrame();
  }

  endFrame() {
    this.headerBytes = 0;
    this.headerNeeded = 2;
    if (this.opcode >= OPCODE.close) {
      const payload = Buffer.concat(this.controlPieces);
      this.controlPieces = [];
      this.sink.onControl(this.opcode, payload);
    } else if (this.final) {
      this.sink.onMessageEnd();
    }
  }
}
