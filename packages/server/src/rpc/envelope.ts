// gRPC's message prefix: a flag byte, a four-byte length, the message.

import { ServiceError } from "../kernel/errors.js";
import type { RequestMemory } from "./request-memory.js";

export const ENVELOPE_BYTES = 5;
const COMPRESSED = 1;

/** One message as it goes on the wire, uncompressed. */
export function toEnvelope(message: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(ENVELOPE_BYTES + message.length);
  out[0] = 0;
  out.writeUInt32BE(message.length, 1);
  out.set(message, ENVELOPE_BYTES);
  return out;
}

/** The one message of a unary or server-streaming request. */
export interface RequestMessage {
  readonly compressed: boolean;
  readonly bytes: Uint8Array;
}

/**
 * Gathers the body of a request that holds exactly one message. A body that comes in one piece is never copied; one in many
 * pieces is, into a buffer that grows with what really came, not with what was announced.
 */
export class RequestAssembly {
  readonly #messageBytesMax: number;
  readonly #memory: RequestMemory;
  #body: Uint8Array | undefined;
  #bytes = 0;
  /** The body is a view, of received bytes or of a block shared with others, that may not outlive the turn. */
  #isView = false;

  constructor(messageBytesMax: number, memory: RequestMemory) {
    this.#messageBytesMax = messageBytesMax;
    this.#memory = memory;
  }

  /**
   * Takes a piece, which is not copied when it is the only one and known to be the last: then `finish` is called before it ends. Throws a
   * ServiceError as soon as the message is known to be too large.
   */
  add(piece: Uint8Array, isLast: boolean): void {
    if (this.#body === undefined) {
      this.#body = isLast ? piece : copyToPool(piece);
      this.#isView = true;
    } else {
      this.#append(piece);
    }
    this.#bytes += piece.length;
    this.#checkSize();
  }

  /** Copies what is still a view, so that it outlives the turn. */
  keep(): void {
    if (!this.#isView || this.#body === undefined) return;
    this.#hold(this.#bytes);
    this.#isView = false;
    this.#body = new Uint8Array(this.#body);
  }

  #append(piece: Uint8Array): void {
    this.keep();
    let body = this.#body as Uint8Array;
    const wanted = this.#bytes + piece.length;
    if (wanted > body.length) {
      const grown = new Uint8Array(Math.max(wanted, body.length * 2));
      grown.set(body.subarray(0, this.#bytes));
      this.#hold(grown.length - body.length);
      this.#body = body = grown;
    }
    body.set(piece, this.#bytes);
  }

  #hold(bytes: number): void {
    if (!this.#memory.take(bytes)) {
      throw new ServiceError(
        "resource_exhausted",
        "The server holds too many unfinished requests; try again later.",
      );
    }
  }

  #checkSize(): void {
    const body = this.#body as Uint8Array;
    if (this.#bytes < ENVELOPE_BYTES) return;
    const declaredBytes = readLength(body);
    if (declaredBytes > this.#messageBytesMax) {
      throw new ServiceError(
        "resource_exhausted",
        `A message of ${declaredBytes} bytes is above the request limit of ${this.#messageBytesMax} bytes.`,
        { limit: "request_size_limit_exceeded" },
      );
    }
    if (this.#bytes > ENVELOPE_BYTES + declaredBytes) {
      throw new ServiceError("invalid_argument", "The request holds more than one message.");
    }
  }

  /** The message; throws a ServiceError when there is none or only part of one. */
  finish(): RequestMessage {
    const body = this.#body;
    if (body === undefined || this.#bytes < ENVELOPE_BYTES) {
      throw new ServiceError("invalid_argument", "The request holds no message.");
    }
    const bytes = body.subarray(ENVELOPE_BYTES, this.#bytes);
    if (bytes.length !== readLength(body)) {
      throw new ServiceError("invalid_argument", "The request's message is cut short.");
    }
    const flag = body[0] as number;
    if (flag > COMPRESSED)
      throw new ServiceError("invalid_argument", "The message prefix has unknown flags.");
    return { compressed: flag === COMPRESSED, bytes };
  }

  /** Gives back the memory that was held. */
  release(): void {
    if (this.#body !== undefined && !this.#isView) this.#memory.give(this.#body.length);
    this.#body = undefined;
  }
}

/** Nearly all such pieces are done with before the turn ends: a view of Node's pool costs a seventh of a block of its own. */
function copyToPool(piece: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafe(piece.length);
  copy.set(piece);
  return copy;
}

function readLength(body: Uint8Array): number {
  return (
    (((body[1] as number) << 24) |
      ((body[2] as number) << 16) |
      ((body[3] as number) << 8) |
      (body[4] as number)) >>>
    0
  );
}
