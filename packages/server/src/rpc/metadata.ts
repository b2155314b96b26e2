// Header fields of a call, whatever carried them.

/** Reads a field by its lower-case name; the first one when it came several times. */
export interface Metadata {
  get(name: string): string | undefined;
}

/** What a call knows of its caller, before authentication. */
export interface CallContext {
  readonly metadata: Metadata;
  /** `:authority` or Host: the name by which the caller thinks it reached us. */
  readonly authority: string | undefined;
  /** The peer's IP address; empty when the connection is gone. */
  readonly address: string;
}
