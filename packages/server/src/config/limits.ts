// Every cap of the server, each with its unit in the name. (HTTP/2's own are in packages/http2/src/limits.ts.)

export interface ServerLimits {
  /** Items in one topic's ring. */
  readonly ringItemsMax: number;
  /** Bytes of values in one topic's ring; the newest item stays in any case. */
  readonly ringBytesMax: number;
  /** Age of an item in a ring. */
  readonly ringAgeMs: number;
  /** Bytes of values in all rings together. Beyond: the oldest go, whatever their topic. */
  readonly ringBytesTotalMax: number;
  /** Topics known at one time. Beyond: a new topic is refused. */
  readonly topicsMax: number;
  /** A topic without subscribers and with an empty ring is forgotten after this. */
  readonly topicIdleMs: number;
  /** How often, and how many topics at most, are looked at for what has aged. */
  readonly topicSweepIntervalMs: number;
  readonly topicSweepStepsMax: number;
  /** Bytes of one published item. */
  readonly topicItemBytesMax: number;
  /** Subscriptions of this process. */
  readonly subscriptionsMax: number;
  /** Bytes and items that are encoded into one chunk for subscribers. */
  readonly batchBytesMax: number;
  readonly batchItemsMax: number;
  /** Chunks in a row for one subscriber that catches up, before others have their turn. */
  readonly readsPerTurnMax: number;
  /** Caches in the catalog. */
  readonly cachesMax: number;
  /** API keys in the catalog. */
  readonly apiKeysMax: number;
  /** Roles that were made, in the catalog. */
  readonly rolesMax: number;
  /** Keys that tokens are signed with, in the catalog. */
  readonly signingKeysMax: number;
  /** Revocations of tokens that still matter, in the catalog. */
  readonly revocationsMax: number;
  /** One gRPC request message, uncompressed. Above every item limit, so that those can say what is wrong. */
  readonly messageBytesMax: number;
  /** gRPC request messages that are uncompressed at one time; the others wait. Each takes up to `messageBytesMax`. */
  readonly decompressionsMax: number;
  /** The body of one plain HTTP request. */
  readonly bodyBytesMax: number;
  /** The body of a request that is read as JSON. Deep nesting makes a small text dear. */
  readonly jsonBodyBytesMax: number;
  /** Bytes of unfinished requests, of all connections and protocols together. */
  readonly requestBytesTotalMax: number;
  /** Open connections that only programs on this machine get, of all that there may be. */
  readonly loopbackReserveMax: number;
  /** TLS handshakes that are not done. Beyond: new connections to the TLS port are refused. */
  readonly tlsHandshakesMax: number;
  /** Of them, those of one address. Beyond: its new connections to the TLS port are refused. */
  readonly tlsHandshakesPerAddressMax: number;
  /** TLS handshakes whose first message is answered in one turn. Beyond: in the next one. */
  readonly tlsHandshakesPerTurnMax: number;
  /** Bytes that are read from all HTTP/2 connections in one turn. Beyond: large chunks wait for a later turn. */
  readonly readBytesPerTurnMax: number;
  /** How long one turn reads large chunks from HTTP/2 connections. Beyond: the rest waits for a later turn. */
  readonly readMsPerTurnMax: number;
  /** Bytes of a chunk that never waits. */
  readonly smallReadBytesMax: number;
  /** Bytes of a larger chunk that are read before the clock is looked at: so many at first, then twice as many each time. */
  readonly firstReadSliceBytesMax: number;
  readonly readSliceBytesMax: number;
  /** Connections that are written to in one turn. Beyond: the others are in a later turn. */
  readonly writesPerTurnMax: number;
  /** Subscriptions with a share of reads behind them that get the next one in one turn. */
  readonly pacedPerTurnMax: number;
  /** Header fields of an HTTP/1.1 request. */
  readonly http1HeaderBytesMax: number;
  /** From the first byte of an HTTP/1.1 request to the end of its header fields. */
  readonly http1HeadersTimeoutMs: number;
  /** From the first byte of an HTTP/1.1 request to the end of its body. */
  readonly http1RequestTimeoutMs: number;
  /** An HTTP/1.1 connection without a request. */
  readonly http1KeepAliveTimeoutMs: number;
  /** An HTTP/1.1 connection on which nothing comes or goes while a request is answered. Longer than a long poll waits. */
  readonly http1StallTimeoutMs: number;
  /** How long a long poll waits for an item. */
  readonly pollTimeoutMs: number;
  /** Subscriptions of one WebSocket. */
  readonly webSocketSubscriptionsMax: number;
  /** Bytes of one streaming answer over gRPC-Web. Beyond: it ends, and clients begin the next one by themselves. */
  readonly webStreamBytesMax: number;
  /** Topics of one stream of events. */
  readonly topicsPerStreamMax: number;
  /** Verified tokens that are remembered. */
  readonly rememberedTokensMax: number;
  /** How long a verified token is trusted without being looked up again. */
  readonly rememberedTokenMs: number;
  /** Characters of a token. */
  readonly tokenLengthMax: number;
  /** Wrong tokens that come from one address, at once and per second in the long run. Beyond: tokens from there are not looked at. */
  readonly failuresPerAddressBurstMax: number;
  readonly failuresPerAddressPerSecondMax: number;
  /** Wrong secrets for one key, at once and per second in the long run. Beyond: only who was known before is let in by it. */
  readonly failuresPerKeyBurstMax: number;
  readonly failuresPerKeyPerSecondMax: number;
  /** Addresses, and keys, whose failures are kept in mind. Beyond: the oldest are forgotten. */
  readonly failuresTrackedMax: number;
  /** Bytes of log lines that wait for standard error to take them. Beyond: lines are dropped, and counted. */
  readonly logBytesWaitingMax: number;
  /** Subscriptions that are ended in one turn because their token has expired or was revoked. */
  readonly leaseEndsPerTurnMax: number;
}

export const defaultLimits: ServerLimits = {
  ringItemsMax: 8192,
  ringBytesMax: 8 * 1024 * 1024,
  ringAgeMs: 60_000,
  ringBytesTotalMax: 256 * 1024 * 1024,
  topicsMax: 1_000_000,
  topicIdleMs: 60_000,
  topicSweepIntervalMs: 1000,
  topicSweepStepsMax: 10_000,
  topicItemBytesMax: 1024 * 1024,
  subscriptionsMax: 1_000_000,
  batchBytesMax: 64 * 1024,
  batchItemsMax: 1024,
  readsPerTurnMax: 16,
  cachesMax: 10_000,
  apiKeysMax: 10_000,
  rolesMax: 1000,
  signingKeysMax: 1000,
  revocationsMax: 10_000,
  messageBytesMax: 11 * 1024 * 1024,
  decompressionsMax: 2,
  bodyBytesMax: 2 * 1024 * 1024,
  jsonBodyBytesMax: 64 * 1024,
  requestBytesTotalMax: 256 * 1024 * 1024,
  loopbackReserveMax: 32,
  // Each takes 57 KB and 0.9 ms of a core: so many are 230 MiB, about what requests and waiting bytes may take each, and four seconds of
  // work. Whoever came behind them would wait as long as clients do before they give up; refused, they come back a little later.
  tlsHandshakesMax: 4096,
  // A second of a core's work: clients behind one address lose nothing by it, and a peer that stalls its handshakes leaves room for others.
  tlsHandshakesPerAddressMax: 1024,
  // A millisecond each.
  tlsHandshakesPerTurnMax: 2,
  readBytesPerTurnMax: 2 * 1024 * 1024,
  readMsPerTurnMax: 0.5,
  smallReadBytesMax: 512,
  firstReadSliceBytesMax: 512,
  readSliceBytesMax: 4096,
  writesPerTurnMax: 256,
  pacedPerTurnMax: 64,
  http1HeaderBytesMax: 16 * 1024,
  http1HeadersTimeoutMs: 10_000,
  http1RequestTimeoutMs: 60_000,
  http1KeepAliveTimeoutMs: 65_000,
  http1StallTimeoutMs: 40_000,
  pollTimeoutMs: 30_000,
  webSocketSubscriptionsMax: 1000,
  webStreamBytesMax: 4 * 1024 * 1024,
  topicsPerStreamMax: 32,
  rememberedTokensMax: 10_000,
  rememberedTokenMs: 60_000,
  tokenLengthMax: 8192,
  failuresPerAddressBurstMax: 200,
  failuresPerAddressPerSecondMax: 10,
  failuresPerKeyBurstMax: 50,
  failuresPerKeyPerSecondMax: 1,
  failuresTrackedMax: 10_000,
  logBytesWaitingMax: 1024 * 1024,
  leaseEndsPerTurnMax: 1000,
};
