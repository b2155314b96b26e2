// The requests of one HTTP/1.1 connection that came before the one before them was answered (pipelining, RFC 9112 9.3.2).

/** Serves one at a time: each could ask for an answer of a megabyte. */
export class Http1Turns {
  #busy = false;
  readonly #waiting: (() => void)[] = [];

  /** A request is served. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Calls `start` as soon as the requests before it are answered. */
  take(start: () => void): void {
    if (this.#busy) {
      this.#waiting.push(start);
    } else {
      this.#busy = true;
      start();
    }
  }

  /** The request that was served is answered. */
  next(): void {
    const start = this.#waiting.shift();
    if (start === undefined) this.#busy = false;
    else start();
  }
}
