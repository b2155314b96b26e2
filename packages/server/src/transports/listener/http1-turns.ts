// Requests that come before the one before them is answered (pipelining, RFC 9112 9.3.2): one is served at a time, a few wait.

import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Node starts every request that a chunk of bytes holds. A chunk holds thousands, and each could ask for an answer of a megabyte:
 * so a request is begun only when the answer before it has left.
 */
export class Http1Turns {
  readonly #waitingMax: number;
  /** Of each connection with a request under way: the requests behind it. */
  readonly #waiting = new WeakMap<Socket, (() => void)[]>();

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /** Calls `start` as soon as the connection's earlier requests are answered. False when too many wait: then it is never called. */
  take(socket: Socket, outgoing: ServerResponse, start: () => void): boolean {
    const begin = (): void => {
      // Comes when the answer has left, and when the connection is gone.
      outgoing.once("close", () => this.#next(socket));
      start();
    };
    const waiting = this.#waiting.get(socket);
    if (waiting === undefined) {
      this.#waiting.set(socket, []);
      begin();
    } else if (waiting.length >= this.#waitingMax) {
      return false;
    } else {
      waiting.push(begin);
    }
    return true;
  }

  /** A request of the connection is not answered, or not yet known to be. */
  isBusy(socket: Socket): boolean {
    return this.#waiting.has(socket);
  }

  #next(socket: Socket): void {
    const begin = socket.destroyed ? undefined : this.#waiting.get(socket)?.shift();
    if (begin === undefined) this.#waiting.delete(socket);
    else begin();
  }
}
