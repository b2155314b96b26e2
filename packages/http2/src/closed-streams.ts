// The last few streams that closed, so that a late frame of theirs is told from one that breaks the rules.

/** How many closed streams a connection remembers. */
const REMEMBERED_STREAMS_MAX = 128;

/** How a stream ended, as far as later frames on it are concerned (RFC 9113 5.1, "closed"). */
export type ClosedBy = "us" | "peer";

export class ClosedStreams {
  /** Ids, negative when we closed the stream while the peer might still be sending. */
  readonly #ids: number[] = [];
  #next = 0;

  add(streamId: number, by: ClosedBy): void {
    this.#ids[this.#next] = by === "us" ? -streamId : streamId;
    this.#next = (this.#next + 1) % REMEMBERED_STREAMS_MAX;
  }

  /** Who closed this stream last; undefined when it is not among the last ones. */
  find(streamId: number): ClosedBy | undefined {
    const ids = this.#ids;
    // The newest first: a stream that the peer ended is in here once more when we have reset it since.
    for (let i = 1; i <= ids.length; i++) {
      const id = ids[(this.#next - i + ids.length) % ids.length];
      if (id === streamId) return "peer";
      if (id === -streamId) return "us";
    }
    return undefined;
  }
}
