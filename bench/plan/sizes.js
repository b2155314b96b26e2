// How large everything is: the full run, and the small one that runs with the test suite and only counts what arrives.

/** @typedef {import("../measure/rate.js").Budget} Budget */

const KB = 1024;

/** 10,000 subscribers to 64 KB are 0.6 GB for each message: two of them are what the time allows. */
const MESSAGES_MIN = 2;

export const FULL = {
  bench: { settleMs: 200, readingIntervalMs: 400, quietMs: 4_000 },
  fanout: {
    subscribers: [1, 10, 100, 1_000, 10_000],
    payloadBytes: [64, KB, 64 * KB],
    streamsPerConnection: 100,
    warm: { perSecond: 1_000, messages: 1_500 },
    /** Half of what two cores do with driver and server on them, so that a delivery is a write of its own. */
    own: {
      messagesPerSecond: 1_000,
      deliveriesPerSecond: 40_000,
      bytesPerSecond: 250e6,
      seconds: 1.5,
      messagesMin: MESSAGES_MIN,
    },
    multiplexed: {
      messagesPerSecond: 1_000,
      deliveriesPerSecond: 100_000,
      bytesPerSecond: 250e6,
      seconds: 1.5,
      messagesMin: MESSAGES_MIN,
    },
  },
  publish: { payloadBytes: 128, inFlight: [1, 64], warmCalls: 5_000, seconds: 2 },
  latency: {
    connections: 100,
    payloadBytes: 128,
    warm: { perSecond: 500, messages: 750 },
    search: {
      firstPerSecond: 250,
      lastPerSecond: 64_000,
      stepFactor: 2,
      halvings: 2,
      seconds: 0.8,
      p99MsMax: 100,
    },
    shares: [0.1, 0.5, 0.8],
    commonPerSecond: 200,
    seconds: 3,
  },
  idle: {
    warmConnections: 20,
    steps: [1_000, 2_000, 4_000, 5_000, 8_000, 15_000],
    growthSteps: [1_000, 2_000, 4_000, 8_000],
    further: { connections: 100, subscriptions: 100 },
  },
  storm: { connections: 5_000, connectingAtOnce: 500, messagesPerSecond: 100, timeoutMs: 30_000 },
  jitter: { clients: 500, perSecond: 50, seconds: 20, periodMs: 10_000, awayMs: 1_000, payloadBytes: 64 },
  goals: {
    connections: 1_000,
    streamsPerConnection: 100,
    payloadBytes: 128,
    warm: { perSecond: 500, messages: 1_000 },
    loads: [
      { id: "low", perSecond: 100, messages: 150 },
      { id: "high", perSecond: 1_000, messages: 1_500 },
    ],
    publishSeconds: 1,
    latencySeconds: 2,
    memory: { few: 1_000, many: 5_000 },
  },
};

/** @type {typeof FULL} */
export const SMALL = {
  bench: { settleMs: 20, readingIntervalMs: 10, quietMs: 4_000 },
  fanout: {
    subscribers: [1, 10],
    payloadBytes: [64, 64 * KB],
    streamsPerConnection: 5,
    warm: { perSecond: 200, messages: 20 },
    own: {
      messagesPerSecond: 100,
      deliveriesPerSecond: 1_000,
      bytesPerSecond: 20e6,
      seconds: 0.1,
      messagesMin: 2,
    },
    multiplexed: {
      messagesPerSecond: 100,
      deliveriesPerSecond: 1_000,
      bytesPerSecond: 20e6,
      seconds: 0.1,
      messagesMin: 2,
    },
  },
  publish: { payloadBytes: 128, inFlight: [1, 64], warmCalls: 100, seconds: 0.1 },
  latency: {
    connections: 5,
    payloadBytes: 128,
    warm: { perSecond: 200, messages: 20 },
    search: {
      firstPerSecond: 100,
      lastPerSecond: 200,
      stepFactor: 2,
      halvings: 1,
      seconds: 0.1,
      p99MsMax: 5_000,
    },
    shares: [0.5],
    commonPerSecond: 100,
    seconds: 0.2,
  },
  idle: {
    warmConnections: 2,
    steps: [10, 20],
    growthSteps: [10, 20],
    further: { connections: 2, subscriptions: 10 },
  },
  storm: { connections: 50, connectingAtOnce: 25, messagesPerSecond: 50, timeoutMs: 30_000 },
  jitter: { clients: 10, perSecond: 50, seconds: 1, periodMs: 1_000, awayMs: 100, payloadBytes: 64 },
  goals: {
    connections: 10,
    streamsPerConnection: 5,
    payloadBytes: 128,
    warm: { perSecond: 200, messages: 20 },
    loads: [
      { id: "low", perSecond: 50, messages: 5 },
      { id: "high", perSecond: 100, messages: 10 },
    ],
    publishSeconds: 0.1,
    latencySeconds: 0.1,
    memory: { few: 10, many: 20 },
  },
};

/** @typedef {typeof FULL} Sizes */
