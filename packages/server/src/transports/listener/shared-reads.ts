// One buffer for what comes to all plaintext connections that read a part of it and are done (decision 0013). Node's own way is a block of
// 64 KiB for each read, cut down to what came: the collector, which counts these blocks, then marks the whole heap again and again.

import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** As much of a socket as is used here. */
export type HeardSocket = Pick<Socket, "on" | "readableLength">;

/** What one read brings at most. Short enough that a turn's budget for reading is asked often, long enough for a large frame of HTTP/2. */
const READ_BYTES = 16 * 1024 + 9;

const shared = Buffer.allocUnsafeSlow(READ_BYTES);

/**
 * What Node keeps for `onread`, which it documents for a client's socket only: the buffer, and who hears how much of it was filled. It is
 * looked at before it is used, and done without where it is not there.
 */
interface Internals {
  readonly buffer: symbol;
  readonly callback: symbol;
}

interface WithHandle {
  readonly _handle?: { useUserBuffer?(buffer: Uint8Array): void } | null;
}

let internals: Internals | undefined;

/**
 * From now on `take` hears all that comes to `socket`, each time as a view that ends with the call. Whoever listens for `data` hears
 * nothing more. What comes while the socket is paused, since Node's streams read on for reasons of their own, is heard too.
 */
export function hear(socket: HeardSocket, take: (chunk: Buffer) => void): void {
  if (!hearShared(socket, take)) socket.on("data", take);
}

/** False, with nothing changed: not for this socket, or not with this Node. */
export function hearShared(socket: HeardSocket, take: (chunk: Buffer) => void): boolean {
  // A TLS socket goes on with what a read brought though it was paused meanwhile. What waits in the stream would never come.
  if (socket instanceof TLSSocket || socket.readableLength > 0) return false;
  const handle = (socket as WithHandle)._handle;
  internals ??= findInternals(socket);
  if (typeof handle?.useUserBuffer !== "function" || internals === undefined) return false;
  Object.assign(socket, {
    [internals.buffer]: shared,
    [internals.callback]: (bytes: number) => take(shared.subarray(0, bytes)),
  });
  handle.useUserBuffer(shared);
  return true;
}

function findInternals(socket: object): Internals | undefined {
  const symbols = Object.getOwnPropertySymbols(socket);
  const find = (name: string): symbol | undefined => symbols.find(({ description }) => description === name);
  const buffer = find("kBuffer");
  const callback = find("kBufferCb");
  return buffer === undefined || callback === undefined ? undefined : { buffer, callback };
}
