// The other side of a connection, as this package sees it: somewhere to put bytes. A socket, a TLS stream, or a test.

/** What a connection writes to. The owner of the transport calls `receive`, `drained` and `transportClosed` on the connection; what it hands to `receive` must stay as it is, since some of it may be kept. */
export interface ByteSink {
  /** Where the peer is, as an IP address; empty when that is not known any more. */
  readonly peerAddress: string;
  /**
   * Takes bytes. Returns true when they have left: the buffer may be used again. Returns false when they are being kept: the
   * buffer belongs to the sink, and `connection.drained()` is called once they are gone. No write is made before that.
   */
  write(bytes: Uint8Array): boolean;
  /** Takes several pieces as one write; otherwise as `write`. */
  writeMany(pieces: readonly Uint8Array[]): boolean;
  /** Stops and restarts the flow of received bytes. */
  pause(): void;
  resume(): void;
  /** Closes in order, after everything that was written. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** The end of an event-loop turn: `write(work)` runs `work.flush()` once, when the turn ends. */
export interface WriteTurn {
  write(work: { flush(): void }): void;
}
