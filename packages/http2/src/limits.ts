// Every limit of the HTTP/2 layer. A peer that goes past one is answered as the comment says; nobody else is disturbed.

export interface Http2Limits {
  /** Size of a request's header list, uncompressed (RFC 9113 6.5.2). Beyond: status 431. */
  readonly headerListBytesMax: number;
  /** Size of a header block on the wire, HEADERS and CONTINUATION together. Beyond: ENHANCE_YOUR_CALM. */
  readonly headerBlockBytesMax: number;
  /** CONTINUATION frames after one HEADERS frame. Beyond: ENHANCE_YOUR_CALM. */
  readonly continuationFramesMax: number;
  /** Bytes of the peer's HPACK dynamic table (SETTINGS_HEADER_TABLE_SIZE). */
  readonly headerTableBytesMax: number;
  /** Payload of one received frame (SETTINGS_MAX_FRAME_SIZE). Beyond: FRAME_SIZE_ERROR. */
  readonly frameBytesMax: number;
  /** Payload of one sent DATA frame, even when the peer would take more: keeps streams fair to each other. */
  readonly sentFrameBytesMax: number;
  /** Streams open at one time (SETTINGS_MAX_CONCURRENT_STREAMS). Beyond: REFUSED_STREAM. */
  readonly concurrentStreamsMax: number;
  /** Receive window of a stream (SETTINGS_INITIAL_WINDOW_SIZE). Beyond: FLOW_CONTROL_ERROR. */
  readonly streamWindowBytes: number;
  /** Receive window of a connection. Beyond: FLOW_CONTROL_ERROR. */
  readonly connectionWindowBytes: number;
  /** Bytes waiting for the peer on one connection. Beyond: streams are not ready, and nothing more is read from the peer. */
  readonly outboxBytesMax: number;
  /** What `outboxBytesMax` falls to while the bytes that wait for all peers are above `outboxBytesTotalMax`. */
  readonly outboxBytesGuaranteedMax: number;
  /** Bytes waiting for peers that do not take them, all connections together. Beyond: each has `outboxBytesGuaranteedMax`. */
  readonly outboxBytesTotalMax: number;
  /** Bytes of answers that wait for one peer, in the outbox and in streams. Beyond: a further answer is reset with ENHANCE_YOUR_CALM. */
  readonly waitingBytesMax: number;
  /** Streams reset before they were answered: at once, and per second in the long run (CVE-2023-44487). Beyond: ENHANCE_YOUR_CALM. */
  readonly resetsBurstMax: number;
  readonly resetsPerSecondMax: number;
  /** SETTINGS frames of the peer: each needs an answer and may change the window of every open stream. Beyond: ENHANCE_YOUR_CALM. */
  readonly settingsBurstMax: number;
  readonly settingsPerSecondMax: number;
  /** PING frames of the peer (each needs an answer). Beyond: ENHANCE_YOUR_CALM. */
  readonly answersBurstMax: number;
  readonly answersPerSecondMax: number;
  /** Frames that carry nothing: empty DATA, CONTINUATION, PRIORITY, unknown types. Beyond: ENHANCE_YOUR_CALM. */
  readonly idleFramesBurstMax: number;
  readonly idleFramesPerSecondMax: number;
  /** WINDOW_UPDATE frames; one that opens a window by a crumb while bytes wait for it counts a hundredfold (CVE-2019-9511). Beyond: ENHANCE_YOUR_CALM. */
  readonly windowUpdatesBurstMax: number;
  readonly windowUpdatesPerSecondMax: number;
  /** From the first byte (or the connection) to the whole preface. Beyond: closed. */
  readonly prefaceTimeoutMs: number;
  /** A connection without a stream and without a frame from the peer. Beyond: GOAWAY without error, closed. */
  readonly idleTimeoutMs: number;
  /** From a HEADERS frame without END_HEADERS to the end of its block. Beyond: ENHANCE_YOUR_CALM. */
  readonly headerBlockTimeoutMs: number;
  /** From a request's header fields to the end of its body. Beyond: the stream is reset with CANCEL. */
  readonly requestTimeoutMs: number;
  /** Bytes wait and the peer takes none of them: neither its socket nor its windows move. Beyond: ENHANCE_YOUR_CALM. */
  readonly stallTimeoutMs: number;
  /** From our closing of a connection to the peer's. Beyond: cut off. */
  readonly closeTimeoutMs: number;
}

export const defaultHttp2Limits: Http2Limits = {
  headerListBytesMax: 16 * 1024,
  headerBlockBytesMax: 32 * 1024,
  continuationFramesMax: 8,
  headerTableBytesMax: 4096,
  frameBytesMax: 16_384,
  sentFrameBytesMax: 65_536,
  concurrentStreamsMax: 1000,
  streamWindowBytes: 1024 * 1024,
  connectionWindowBytes: 4 * 1024 * 1024,
  outboxBytesMax: 256 * 1024,
  outboxBytesGuaranteedMax: 16 * 1024,
  outboxBytesTotalMax: 256 * 1024 * 1024,
  waitingBytesMax: 32 * 1024 * 1024,
  resetsBurstMax: 1000,
  resetsPerSecondMax: 100,
  settingsBurstMax: 100,
  settingsPerSecondMax: 10,
  answersBurstMax: 10_000,
  answersPerSecondMax: 1000,
  idleFramesBurstMax: 1000,
  idleFramesPerSecondMax: 100,
  windowUpdatesBurstMax: 100_000,
  windowUpdatesPerSecondMax: 20_000,
  prefaceTimeoutMs: 10_000,
  idleTimeoutMs: 300_000,
  headerBlockTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  stallTimeoutMs: 60_000,
  closeTimeoutMs: 5_000,
};
