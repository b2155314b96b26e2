// One header block, out of a HEADERS frame and the CONTINUATION frames after it (RFC 9113 6.2, 6.10).

import { ConnectionError } from "./fault.js";
import { Flag } from "./frame-types.js";
import { readUint32 } from "./frames.js";
import type { Http2Limits } from "./limits.js";

export class HeaderAssembly {
  readonly streamId: number;
  readonly endStream: boolean;
  /** The frame's priority names its own stream, an error of the stream (RFC 7540 5.3.1). */
  readonly dependsOnItself: boolean;
  #pieces: Uint8Array[];
  #bytes: number;

  /** Takes the payload of a HEADERS frame, without padding and priority. */
  constructor(streamId: number, flags: number, payload: Uint8Array) {
    let from = 0;
    let to = payload.length;
    if ((flags & Flag.PADDED) !== 0) {
      to -= payload[0] as number;
      from = 1;
    }
    const hasPriority = (flags & Flag.PRIORITY) !== 0;
    const priorityAt = from;
    if (hasPriority) from += 5;
    if (from > to) throw new ConnectionError("protocol", "HEADERS with more padding than payload");
    this.streamId = streamId;
    this.endStream = (flags & Flag.END_STREAM) !== 0;
    this.dependsOnItself = hasPriority && (readUint32(payload, priorityAt) & 0x7fff_ffff) === streamId;
    this.#pieces = [payload.subarray(from, to)];
    this.#bytes = to - from;
  }

  /** Copies what is a view so far, so that it outlives the frame. */
  keep(): this {
    this.#pieces = this.#pieces.map((piece) => Uint8Array.from(piece));
    return this;
  }

  append(payload: Uint8Array, limits: Http2Limits): void {
    this.#pieces.push(Uint8Array.from(payload));
    this.#bytes += payload.length;
    if (this.#pieces.length - 1 > limits.continuationFramesMax || this.#bytes > limits.headerBlockBytesMax) {
      throw new ConnectionError("header_block_too_large", "a header block of too many frames or bytes");
    }
  }

  block(): Uint8Array {
    return this.#pieces.length === 1 ? (this.#pieces[0] as Uint8Array) : Buffer.concat(this.#pieces);
  }
}
