// Every limit of the WebSocket layer. A peer that goes past one is answered as the comment says; nobody else is disturbed.

export interface WebSocketLimits {
  /** Payload of one received message, all of its fragments together, uncompressed. Beyond: 1009. */
  readonly messageBytesMax: number;
  /** Frames of the peer in one second; what a compressed message grows to counts too ({@link WebSocketLimits.inflatedFrameBytes}). Beyond: 1008. */
  readonly framesPerSecondMax: number;
  /** Of a compressed message, so many bytes of what comes out count as one frame. */
  readonly inflatedFrameBytes: number;
  /** Bytes waiting for the peer. Beyond: the socket is not ready, and nothing more is read from a peer that does not take them. */
  readonly outboxBytesMax: number;
  /** What `outboxBytesMax` falls to while the bytes that wait for all peers are above `outboxBytesTotalMax`. */
  readonly outboxBytesGuaranteedMax: number;
  /** Bytes waiting for peers that do not take them, all sockets together. Beyond: each has `outboxBytesGuaranteedMax`. */
  readonly outboxBytesTotalMax: number;
  /** Bytes that wait behind what the sink keeps, which only answers do. Beyond: 1008. */
  readonly waitingBytesMax: number;
  /** From the handshake to the end of the first message. Beyond: 1008. */
  readonly firstMessageTimeoutMs: number;
  /** From a message's first byte to its last. Beyond: 1008. */
  readonly messageTimeoutMs: number;
  /** Nothing comes, no PONG either; after half of it a PING is sent. Beyond: 1008. */
  readonly idleTimeoutMs: number;
  /** Bytes wait and the peer takes none of them. Beyond: cut off. */
  readonly stallTimeoutMs: number;
  /** From our Close frame to the end of the transport. Beyond: cut off. */
  readonly closeTimeoutMs: number;
  /** A message that is shorter is not worth being compressed. */
  readonly deflateBytesMin: number;
}

export const defaultWebSocketLimits: WebSocketLimits = {
  messageBytesMax: 2 * 1024 * 1024,
  framesPerSecondMax: 5000,
  inflatedFrameBytes: 16 * 1024,
  outboxBytesMax: 256 * 1024,
  outboxBytesGuaranteedMax: 16 * 1024,
  outboxBytesTotalMax: 256 * 1024 * 1024,
  waitingBytesMax: 1024 * 1024,
  firstMessageTimeoutMs: 10_000,
  messageTimeoutMs: 60_000,
  idleTimeoutMs: 60_000,
  stallTimeoutMs: 60_000,
  closeTimeoutMs: 5000,
  deflateBytesMin: 1024,
};
