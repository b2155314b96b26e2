// Why a socket ended, as a closed set of names: for counters and logs, which must not read sentences.

/** Codes of a Close frame (RFC 6455 7.4.1). */
export const CloseCode = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  PROTOCOL: 1002,
  BAD_TEXT: 1007,
  POLICY: 1008,
  TOO_BIG: 1009,
  INTERNAL: 1011,
  TRY_LATER: 1013,
} as const;

/** What a peer did that a socket was ended for, with the code of the Close frame. */
export const SOCKET_FAULTS = {
  /** Frames that may not come, or not now, or not with this content. */
  protocol: CloseCode.PROTOCOL,
  /** Text that is not UTF-8. */
  bad_text: CloseCode.BAD_TEXT,
  /** Compressed bytes that are none. */
  bad_compression: CloseCode.BAD_TEXT,
  message_too_big: CloseCode.TOO_BIG,
  too_many_frames: CloseCode.POLICY,
  /** Answers that the peer asks for and does not take. */
  too_much_waiting: CloseCode.POLICY,
  first_message_timeout: CloseCode.POLICY,
  message_timeout: CloseCode.POLICY,
  silence: CloseCode.POLICY,
  /** The peer's transport has taken nothing for too long: cut without a Close frame. */
  stalled: CloseCode.POLICY,
  /** The peer did not close after our Close frame: cut. */
  close_timeout: CloseCode.NORMAL,
  /** All unfinished messages together hold as much as they may. */
  no_memory: CloseCode.TRY_LATER,
  /** Ours, not the peer's: something threw. */
  internal: CloseCode.INTERNAL,
} as const satisfies Readonly<Record<string, number>>;

export type SocketFault = keyof typeof SOCKET_FAULTS;

/** The peer broke the rules of its socket: a Close frame with the fault's code, then the transport ends (RFC 6455 7.1.7). */
export class SocketError extends Error {
  readonly fault: SocketFault;

  constructor(fault: SocketFault, message: string) {
    super(message);
    this.name = "SocketError";
    this.fault = fault;
  }
}
