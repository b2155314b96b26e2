// Compressed request messages: gzip and identity (gRPC's `grpc-encoding`).

import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { ServiceError } from "../kernel/errors.js";

export const ACCEPTED_ENCODINGS = "identity,gzip";

const gunzipLater = promisify(gunzip);

/** The message uncompressed; never more than `messageBytesMax`, whatever it claims. */
export async function decompress(
  bytes: Uint8Array,
  encoding: string | undefined,
  messageBytesMax: number,
): Promise<Uint8Array> {
  if (encoding !== "gzip") {
    throw new ServiceError(
      "unimplemented",
      `The message encoding is not supported; use one of ${ACCEPTED_ENCODINGS}.`,
    );
  }
  try {
    return await gunzipLater(bytes, { maxOutputLength: messageBytesMax });
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
