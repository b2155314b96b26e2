// What a peer can do wrong, as two closed sets of names: for counters and logs, which must not read sentences.

import { ErrorCode } from "./error-code.js";

/** Why a connection was ended, with the code that its GOAWAY carries. */
export const CONNECTION_FAULTS = {
  /** Not the client's preface (RFC 9113 3.4). */
  preface: ErrorCode.PROTOCOL_ERROR,
  preface_timeout: ErrorCode.PROTOCOL_ERROR,
  /** Frames that may not come, or not now, or not with this content. */
  protocol: ErrorCode.PROTOCOL_ERROR,
  /** A frame that is too large, or not of the size that its type has. */
  frame_size: ErrorCode.FRAME_SIZE_ERROR,
  /** More bytes than a window takes, or a window of more than 2^31-1. */
  flow_control: ErrorCode.FLOW_CONTROL_ERROR,
  /** HEADERS on a stream that the peer itself has closed. */
  stream_closed: ErrorCode.STREAM_CLOSED,
  /** A header block that HPACK cannot decode. */
  compression: ErrorCode.COMPRESSION_ERROR,
  header_block_too_large: ErrorCode.ENHANCE_YOUR_CALM,
  header_block_timeout: ErrorCode.ENHANCE_YOUR_CALM,
  /** Streams reset before they were answered, by the peer or because of it (CVE-2023-44487, CVE-2025-8671). */
  too_many_resets: ErrorCode.ENHANCE_YOUR_CALM,
  too_many_pings_or_settings: ErrorCode.ENHANCE_YOUR_CALM,
  /** Frames that carry nothing: empty DATA or CONTINUATION, PRIORITY, unknown types. */
  too_many_empty_frames: ErrorCode.ENHANCE_YOUR_CALM,
  /** Windows opened without end, or by crumbs (CVE-2019-9511). */
  too_many_window_updates: ErrorCode.ENHANCE_YOUR_CALM,
  /** The peer's socket has taken nothing for too long: cut without GOAWAY. */
  stalled: ErrorCode.ENHANCE_YOUR_CALM,
  /** The peer did not close after our GOAWAY: cut. */
  close_timeout: ErrorCode.NO_ERROR,
  /** Ours, not the peer's: something threw. */
  internal: ErrorCode.INTERNAL_ERROR,
} as const satisfies Readonly<Record<string, ErrorCode>>;

export type ConnectionFault = keyof typeof CONNECTION_FAULTS;

/** Why one stream was refused or reset, with the code of its RST_STREAM. */
export const STREAM_FAULTS = {
  /** More streams than may be open, or a stream after our last GOAWAY. */
  refused_stream: ErrorCode.REFUSED_STREAM,
  /** Answered with status 431; no RST_STREAM. */
  header_list_too_large: ErrorCode.NO_ERROR,
  /** A request or trailers against RFC 9113 section 8. */
  malformed: ErrorCode.PROTOCOL_ERROR,
  /** The body is not as long as content-length says. */
  content_length: ErrorCode.PROTOCOL_ERROR,
  protocol: ErrorCode.PROTOCOL_ERROR,
  /** Frames after the peer's own END_STREAM or RST_STREAM. */
  stream_closed: ErrorCode.STREAM_CLOSED,
  flow_control: ErrorCode.FLOW_CONTROL_ERROR,
  /** The request's body has not come to its end in time. */
  request_timeout: ErrorCode.CANCEL,
  /** An answer that would wait behind more bytes than may wait for one peer. */
  too_much_waiting: ErrorCode.ENHANCE_YOUR_CALM,
  /** Bytes wait for the peer's window, which has not moved for too long. */
  stalled: ErrorCode.ENHANCE_YOUR_CALM,
} as const satisfies Readonly<Record<string, ErrorCode>>;

export type StreamFault = keyof typeof STREAM_FAULTS;

/** The peer broke the connection's rules: GOAWAY with the fault's code, then the connection ends (RFC 9113 5.4.1). */
export class ConnectionError extends Error {
  readonly fault: ConnectionFault;

  constructor(fault: ConnectionFault, message: string) {
    super(message);
    this.name = "ConnectionError";
    this.fault = fault;
  }
}
