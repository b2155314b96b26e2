// Frames built once and sent on many streams: only the stream id differs, and is stamped in when they leave.

import { DEFAULT_FRAME_BYTES, FRAME_HEADER_BYTES, FrameType, Flag } from "./frame-types.js";
import { headersFrames, writeFrameHeader, writeUint32 } from "./frames.js";

/** One or more whole frames of one stream, with the places of their stream ids. Immutable. */
export class StampedFrames {
  readonly bytes: Uint8Array;
  readonly idOffsets: readonly number[];
  #lastId = 0;
  #lastStamped: Uint8Array | undefined;

  constructor(bytes: Uint8Array, idOffsets: readonly number[]) {
    this.bytes = bytes;
    this.idOffsets = idOffsets;
  }

  /**
   * Writes the frames for each of `ids[from]` to `ids[to - 1]`, one after the other, and returns where they end. Copies are made
   * of copies, twice as many each time: a few moves of memory rather than one per stream.
   */
  writeRun(out: Uint8Array, offset: number, ids: readonly number[], from: number, to: number): number {
    const size = this.bytes.length;
    const end = offset + size * (to - from);
    out.set(this.bytes, offset);
    for (let filled = offset + size; filled < end;) {
      const bytes = Math.min(filled - offset, end - filled);
      out.copyWithin(filled, offset, offset + bytes);
      filled += bytes;
    }
    const places = this.idOffsets;
    for (let i = from, at = offset; i < to; i++, at += size) {
      const id = ids[i] as number;
      for (let k = 0; k < places.length; k++) writeUint32(out, at + (places[k] as number), id);
    }
    return end;
  }

  /**
   * The frames stamped for `streamId`, to be sent as they are. Connections that each hold one subscription use the same
   * stream id, so the last stamped copy serves nearly all of them.
   */
  stampedFor(streamId: number): Uint8Array {
    if (this.#lastId === streamId && this.#lastStamped !== undefined) return this.#lastStamped;
    const out = Buffer.allocUnsafe(this.bytes.length);
    this.writeRun(out, 0, [streamId], 0, 1);
    this.#lastId = streamId;
    this.#lastStamped = out;
    return out;
  }
}

/** Body bytes that many streams send: framed once, shared by all whose windows take them whole. Immutable. */
export class SharedBytes {
  readonly bytes: Uint8Array;
  #frame: StampedFrames | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The bytes as one DATA frame. Only for as many as a frame may hold. */
  get frame(): StampedFrames {
    if (this.#frame === undefined) {
      const out = Buffer.allocUnsafe(FRAME_HEADER_BYTES + this.bytes.length);
      writeFrameHeader(out, 0, this.bytes.length, FrameType.DATA, 0, 0);
      out.set(this.bytes, FRAME_HEADER_BYTES);
      this.#frame = new StampedFrames(out, [5]);
    }
    return this.#frame;
  }
}

/** A whole response as a template: header block, body, and trailer block if there are trailers. */
export class Reply {
  readonly headerBlock: Uint8Array;
  readonly body: Uint8Array;
  readonly trailerBlock: Uint8Array | undefined;
  #frames: StampedFrames | undefined;

  constructor(headerBlock: Uint8Array, body: Uint8Array, trailerBlock?: Uint8Array) {
    this.headerBlock = headerBlock;
    this.body = body;
    this.trailerBlock = trailerBlock;
  }

  /** True when the whole response fits the smallest frames every peer takes, so that it can be sent as `frames`. */
  get isSmall(): boolean {
    const trailerBytes = this.trailerBlock?.length ?? 0;
    return this.body.length + this.headerBlock.length + trailerBytes <= DEFAULT_FRAME_BYTES;
  }

  /** The response as frames of one stream, the last with END_STREAM. Only when `isSmall`. */
  get frames(): StampedFrames {
    return (this.#frames ??= this.#build());
  }

  #build(): StampedFrames {
    const hasBody = this.body.length > 0;
    const endsWithHeaders = !hasBody && this.trailerBlock === undefined;
    const parts: Uint8Array[] = [headersFrames(0, this.headerBlock, endsWithHeaders, DEFAULT_FRAME_BYTES)];
    if (hasBody) {
      const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
      const flags = this.trailerBlock === undefined ? Flag.END_STREAM : 0;
      writeFrameHeader(header, 0, this.body.length, FrameType.DATA, flags, 0);
      parts.push(Buffer.concat([header, this.body]));
    }
    if (this.trailerBlock !== undefined) {
      parts.push(headersFrames(0, this.trailerBlock, true, DEFAULT_FRAME_BYTES));
    }
    const offsets: number[] = [];
    let at = 0;
    for (const part of parts) {
      offsets.push(at + 5);
      at += part.length;
    }
    return new StampedFrames(Buffer.concat(parts), offsets);
  }
}
