// Cuts a stream of HTTP/2 bytes into frames without copying DATA, at the lowest cost that still sees every frame.

import { FRAME, FRAME_HEADER_BYTES } from "./http2-frames.js";

/**
 * @typedef {object} FrameSink
 * @property {(streamId: number, flags: number) => void} onHeaders  a HEADERS frame begins (its block is skipped)
 * @property {(streamId: number, buffer: Uint8Array, start: number, end: number) => void} onData  a piece of a DATA payload
 * @property {(streamId: number) => void} onDataEnd  END_STREAM came on a DATA frame that is now complete
 * @property {(type: number, flags: number, streamId: number, payload: Buffer) => void} onControl  any other frame, whole
 */

export class FrameScanner {
  /** @param {FrameSink} sink */
  constructor(sink) {
    this.sink = sink;
    this.header = Buffer.alloc(FRAME_HEADER_BYTES);
    this.headerBytes = 0;
    this.payloadLeft = 0;
    this.type = 0;
    this.flags = 0;
    this.streamId = 0;
    /** @type {Buffer[]} */
    this.controlPieces = [];
  }

  /**
   * Takes the first `length` bytes of `buffer`, which may be reused by the caller afterwards.
   * @param {Uint8Array} buffer @param {number} length
   */
  feed(buffer, length) {
    let at = 0;
    while (at < length) {
      if (this.headerBytes < FRAME_HEADER_BYTES) {
        this.header[this.headerBytes++] = /** @type {number} */ (buffer[at++]);
        if (this.headerBytes === FRAME_HEADER_BYTES) this.beginFrame();
        continue;
      }
      const end = Math.min(length, at + this.payloadLeft);
      this.payloadLeft -= end - at;
      this.takePayload(buffer, at, end);
      at = end;
      if (this.payloadLeft === 0) this.endFrame();
    }
  }

  beginFrame() {
    const { header } = this;
    this.payloadLeft = header.readUIntBE(0, 3);
    this.type = header.readUInt8(3);
    this.flags = header.readUInt8(4);
    this.streamId = header.readUInt32BE(5) & 0x7fffffff;
    if (this.type === FRAME.headers) this.sink.onHeaders(this.streamId, this.flags);
    if (this.payloadLeft === 0) this.endFrame();
  }

  /** @param {Uint8Array} buffer @param {number} start @param {number} end */
  takePayload(buffer, start, end) {
    if (this.type === FRAME.data) this.sink.onData(this.streamId, buffer, start, end);
    else if (this.type !== FRAME.headers) this.controlPieces.push(Buffer.from(buffer.subarray(start, end)));
  }

  endFrame() {
    this.headerBytes = 0;
    if (this.type === FRAME.data) {
      if ((this.flags & 1) !== 0) this.sink.onDataEnd(this.streamId);
    } else if (this.type !== FRAME.headers) {
      const payload = Buffer.concat(this.controlPieces);
      this.controlPieces = [];
      this.sink.onControl(this.type, this.flags, this.streamId, payload);
    }
  }
}
