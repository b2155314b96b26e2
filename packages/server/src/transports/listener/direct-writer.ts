// write(2) on a TCP socket without Node's stream around it (decision 0009).

import { writeSync } from "node:fs";
import type { Socket } from "node:net";

/** What Node keeps behind a socket. Not documented: it is looked at before it is used, and done without where it is not there. */
interface WithHandle {
  /** Of a TLS socket: what was written to its descriptor would go out as plaintext. */
  readonly encrypted?: boolean;
  readonly _handle?: { readonly fd?: number } | null;
}

/** Writes to one socket of TCP itself, which never blocks: Node's do not. */
export class DirectWriter {
  readonly #socket: WithHandle;
  readonly #handle: WithHandle["_handle"];
  readonly #fd: number;

  constructor(socket: Socket) {
    this.#socket = socket as WithHandle;
    this.#handle = this.#socket._handle;
    this.#fd = this.#socket.encrypted === true ? -1 : (this.#handle?.fd ?? -1);
  }

  /**
   * Gives the kernel as many of `bytes` as it takes at once, and returns how many those were. 0, too, when the write fails or there
   * is no descriptor: `socket.write` then finds out the same and says it in the usual way. Only while nothing waits in the socket.
   */
  write(bytes: Uint8Array): number {
    // Node lets go of the handle as it closes it; from then on the descriptor's number may be another connection's.
    if (this.#fd < 0 || this.#socket._handle !== this.#handle) return 0;
    try {
      return writeSync(this.#fd, bytes);
    } catch {
      return 0;
    }
  }
}
