// Compressed request messages: gzip and identity (gRPC's `grpc-encoding`).

import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { ServiceError } from "../kernel/errors.js";

export const ACCEPTED_ENCODINGS = "identity,gzip";

const gunzipLater = promisify(gunzip);
/** Output comes in pieces of this size, each with a turn of its own; zlib's 16 KB would make many turns of a large message. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Uncompresses messages, a few at a time: each may take `messageBytesMax` while its turn lasts, and what comes of a thousand
 * small requests at once would otherwise lie in memory together.
 */
export class Decompressor {
  readonly #messageBytesMax: number;
  readonly #runningMax: number;
  #running = 0;
  /** Those that wait for their turn, in order; bounded by the streams that may be open. */
  readonly #waiting = new Set<() => void>();

  constructor(limits: { readonly messageBytesMax: number; readonly decompressionsMax: number }) {
    this.#messageBytesMax = limits.messageBytesMax;
    this.#runningMax = limits.decompressionsMax;
  }

  /**
   * The message uncompressed; never more than `messageBytesMax`, whatever it claims. Empty when nobody wants it any more once its
   * turn has come.
   */
  async decompress(
    bytes: Uint8Array,
    encoding: string | undefined,
    isWanted: () => boolean = () => true,
  ): Promise<Uint8Array> {
    if (encoding !== "gzip") {
      throw new ServiceError(
        "unimplemented",
        `The message encoding is not supported; use one of ${ACCEPTED_ENCODINGS}.`,
      );
    }
    if (this.#running >= this.#runningMax) await new Promise<void>((resolve) => this.#waiting.add(resolve));
    else this.#running++;
    try {
      return isWanted() ? await gunzipUpTo(this.#messageBytesMax, bytes) : new Uint8Array(0);
    } finally {
      this.#passOn();
    }
  }

  /** The place of one that is done goes to the next. */
  #passOn(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running--;
    } else {
      this.#waiting.delete(next);
      next();
    }
  }
}

async function gunzipUpTo(messageBytesMax: number, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await gunzipLater(bytes, { maxOutputLength: messageBytesMax, chunkSize: CHUNK_BYTES });
  } catch (cause) {
    const tooLarge = (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw tooLarge
      ? new ServiceError(
          "resource_exhausted",
          `The uncompressed message is above the request limit of ${messageBytesMax} bytes.`,
          { limit: "request_size_limit_exceeded", cause },
        )
      : new ServiceError("invalid_argument", "The message is not valid gzip.", { cause });
  }
}
