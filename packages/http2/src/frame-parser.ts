// Bytes in, frames out: an explicit state machine over whatever pieces the transport delivers. DATA passes through
// in pieces without being gathered; every other frame is handed over whole.

import { ConnectionError } from "./fault.js";
import { CLIENT_PREFACE, FRAME_HEADER_BYTES, FrameType, Flag } from "./frame-types.js";
import { readUint32 } from "./frames.js";

/** Hears what the parser finds. Throws ConnectionError to stop it. */
export interface FrameHandler {
  /** Every frame's header, before its payload is looked at. Checks size and place in the sequence. */
  frameHeader(type: number, flags: number, streamId: number, payloadBytes: number): void;
  /** A whole frame but DATA, of a known type; `payload` is a view that ends with the call. */
  frame(type: number, flags: number, streamId: number, payload: Uint8Array): void;
  /**
   * Part of a DATA frame's payload without its padding; a view that ends with the call. `isLast`: it ends with that of `dataEnd`, which
   * follows at once and ends the stream.
   */
  dataPiece(streamId: number, piece: Uint8Array, isLast: boolean): void;
  /** The DATA frame is complete; `payloadBytes` counts padding too, as flow control does (RFC 9113 6.9.1). */
  dataEnd(flags: number, streamId: number, payloadBytes: number): void;
}

// Const objects rather than an enum; the names are the states.
const State = {
  PREFACE: 0,
  HEADER: 1,
  PAYLOAD: 2,
  DATA_PAD_LENGTH: 3,
  DATA: 4,
  DATA_PADDING: 5,
  SKIP: 6,
} as const;
type State = (typeof State)[keyof typeof State];

export class FrameParser {
  readonly #handler: FrameHandler;
  #state: State = State.PREFACE;
  /** Bytes of the preface seen so far. */
  #prefaceSeen = 0;
  /** A frame header or payload that came in pieces; absent while frames come whole, which is nearly always. */
  #gathered: Uint8Array | undefined;
  #gatheredBytes = 0;
  /** How many headers and payloads came in pieces so far. */
  #gatherings = 0;
  /** Which of them was under way when somebody last looked; 0 when none was. */
  #gatheringSeen = 0;
  #type = 0;
  #flags = 0;
  #streamId = 0;
  #payloadBytes = 0;
  /** What is left of the present DATA or skipped payload, then of its padding. */
  #remaining = 0;
  #padding = 0;
  #stopped = false;

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  /** The client's preface has been received whole. */
  get pastPreface(): boolean {
    return this.#state !== State.PREFACE;
  }

  /**
   * Part of a frame that is handed over whole, or of a frame's header, had come when this was last asked, and the rest has not come
   * since. (A peer that is never silent may be inside of a frame whenever one looks, and each time inside of another.)
   */
  isStillInFrame(): boolean {
    const last = this.#gatheringSeen;
    this.#gatheringSeen = this.#gatheredBytes > 0 ? this.#gatherings : 0;
    return last !== 0 && last === this.#gatheringSeen;
  }

  /** The connection ends: nothing more is handed over, not even what is left of the present chunk. */
  stop(): void {
    this.#stopped = true;
  }

  receive(chunk: Uint8Array): void {
    let at = 0;
    while (!this.#stopped && (at < chunk.length || this.#passesWithoutBytes())) {
      switch (this.#state) {
        case State.PREFACE:
          at = this.#readPreface(chunk, at);
          break;
        case State.HEADER:
          at = this.#readHeader(chunk, at);
          break;
        case State.PAYLOAD:
          at = this.#readPayload(chunk, at);
          break;
        case State.DATA_PAD_LENGTH:
          at = this.#readPadLength(chunk, at);
          break;
        case State.DATA:
          at = this.#readData(chunk, at);
          break;
        case State.DATA_PADDING:
        case State.SKIP:
          at = this.#skip(chunk, at);
          break;
      }
    }
  }

  /** A payload of nothing is complete without a further byte. */
  #passesWithoutBytes(): boolean {
    switch (this.#state) {
      case State.PAYLOAD:
        return this.#payloadBytes === 0;
      case State.DATA:
      case State.DATA_PADDING:
      case State.SKIP:
        return this.#remaining === 0;
      case State.PREFACE:
      case State.HEADER:
      case State.DATA_PAD_LENGTH:
        return false;
    }
  }

  #readPreface(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && this.#prefaceSeen < CLIENT_PREFACE.length) {
      if (chunk[at] !== CLIENT_PREFACE[this.#prefaceSeen]) {
        throw new ConnectionError("preface", "not an HTTP/2 connection preface");
      }
      at++;
      this.#prefaceSeen++;
    }
    if (this.#prefaceSeen === CLIENT_PREFACE.length) this.#state = State.HEADER;
    return at;
  }

  #readHeader(chunk: Uint8Array, from: number): number {
    if (this.#gatheredBytes === 0 && chunk.length - from >= FRAME_HEADER_BYTES) {
      this.#startFrame(chunk, from);
      return from + FRAME_HEADER_BYTES;
    }
    const header = (this.#gathered ??= this.#startGathering(FRAME_HEADER_BYTES));
    const at = this.#gather(chunk, from, header, FRAME_HEADER_BYTES);
    if (this.#gatheredBytes === FRAME_HEADER_BYTES) {
      this.#release();
      this.#startFrame(header, 0);
    }
    return at;
  }

  /** Takes as many bytes as `into` still needs to hold `bytesWanted`. */
  #gather(chunk: Uint8Array, from: number, into: Uint8Array, bytesWanted: number): number {
    const to = Math.min(chunk.length, from + bytesWanted - this.#gatheredBytes);
    into.set(chunk.subarray(from, to), this.#gatheredBytes);
    this.#gatheredBytes += to - from;
    return to;
  }

  #startGathering(bytesWanted: number): Uint8Array {
    this.#gatherings++;
    return new Uint8Array(bytesWanted);
  }

  #release(): void {
    this.#gathered = undefined;
    this.#gatheredBytes = 0;
  }

  #startFrame(bytes: Uint8Array, at: number): void {
    const payloadBytes =
      ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    const type = bytes[at + 3] as number;
    const flags = bytes[at + 4] as number;
    // The reserved bit is ignored (RFC 9113 4.1).
    const streamId = readUint32(bytes, at + 5) & 0x7fff_ffff;
    this.#type = type;
    this.#flags = flags;
    this.#streamId = streamId;
    this.#payloadBytes = payloadBytes;
    this.#handler.frameHeader(type, flags, streamId, payloadBytes);
    if (type === FrameType.DATA) {
      this.#remaining = payloadBytes;
      this.#padding = 0;
      this.#state = (flags & Flag.PADDED) !== 0 ? State.DATA_PAD_LENGTH : State.DATA;
    } else if (type > FrameType.CONTINUATION) {
      this.#remaining = payloadBytes;
      this.#state = State.SKIP;
    } else {
      this.#state = State.PAYLOAD;
    }
  }

  #readPayload(chunk: Uint8Array, from: number): number {
    const wanted = this.#payloadBytes;
    if (this.#gatheredBytes === 0 && chunk.length - from >= wanted) {
      this.#state = State.HEADER;
      this.#handler.frame(this.#type, this.#flags, this.#streamId, chunk.subarray(from, from + wanted));
      return from + wanted;
    }
    const payload = (this.#gathered ??= this.#startGathering(wanted));
    const at = this.#gather(chunk, from, payload, wanted);
    if (this.#gatheredBytes === wanted) {
      this.#release();
      this.#state = State.HEADER;
      this.#handler.frame(this.#type, this.#flags, this.#streamId, payload);
    }
    return at;
  }

  #readPadLength(chunk: Uint8Array, from: number): number {
    this.#padding = chunk[from] as number;
    // The length octet itself counts, so padding must be smaller than the payload (RFC 9113 6.1).
    if (this.#padding >= this.#payloadBytes) {
      throw new ConnectionError("protocol", "padding is as long as the frame or longer");
    }
    this.#remaining = this.#payloadBytes - 1 - this.#padding;
    this.#state = State.DATA;
    return from + 1;
  }

  #readData(chunk: Uint8Array, from: number): number {
    const to = Math.min(chunk.length, from + this.#remaining);
    if (to > from) {
      this.#remaining -= to - from;
      const isLast = this.#remaining === 0 && this.#padding === 0 && (this.#flags & Flag.END_STREAM) !== 0;
      this.#handler.dataPiece(this.#streamId, chunk.subarray(from, to), isLast);
    }
    if (this.#remaining === 0) {
      this.#remaining = this.#padding;
      this.#state = State.DATA_PADDING;
    }
    return to;
  }

  #skip(chunk: Uint8Array, from: number): number {
    const to = Math.min(chunk.length, from + this.#remaining);
    this.#remaining -= to - from;
    if (this.#remaining === 0) {
      const wasData = this.#state === State.DATA_PADDING;
      this.#state = State.HEADER;
      if (wasData) this.#handler.dataEnd(this.#flags, this.#streamId, this.#payloadBytes);
    }
    return to;
  }
}
