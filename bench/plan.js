// What is measured, at which size, on which peers: the full plan, and the small one that runs with the test suite.

import { measureFanout } from "./measure/fanout.js";
import { measureConnectionMemory, measureSubscriptionMemory } from "./measure/memory.js";
import { measureUnary } from "./measure/unary.js";
import { toPayload } from "./wire/pubsub-messages.js";

/** @typedef {import("./peers/peer.js").Peer} Peer */
/** @typedef {import("./measure/sample.js").Sample} Sample */
/** @typedef {import("./measure/sample.js").Bench} Bench */

/**
 * @typedef {object} Measure
 * @property {string} id
 * @property {string} label
 * @property {string} unit
 * @property {string} baseline  the peer that the ratio is to
 */

/**
 * @typedef {object} Scenario  one start of one server
 * @property {string} section  as in --section
 * @property {Measure[]} measures
 * @property {string[]} peers
 * @property {string[]} tools  programs that it needs besides the peer
 * @property {(peer: Peer) => Promise<Sample[]>} run
 */

export const SECTIONS = ["fanout-own", "fanout-multiplexed", "unary", "memory"];

const PAYLOAD_BYTES = 128;

/** Only those that give a connection a copy for each of its subscriptions to one topic. */
const MULTIPLEXING_PEERS = ["subito", "nats", "grpc-go", "grpc-js", "node-http2", "c-floor"];
const OWN_PEERS = [
  "subito",
  "redis",
  "nats",
  "centrifugo",
  "mosquitto",
  "nchan",
  "grpc-go",
  "grpc-js",
  "node-http2",
  "ws",
  "socket-io",
  "c-floor",
];
const UNARY_PEERS = ["subito", "grpc-go", "grpc-js", "node-http2"];
const MEMORY_PEERS = OWN_PEERS.filter((id) => id !== "c-floor");
/** In nchan a connection's address names what it subscribes to; nothing is added later. */
const ADDING_PEERS = MEMORY_PEERS.filter((id) => id !== "nchan");

const FULL = {
  settleMs: 1_000,
  readingIntervalMs: 200,
  quietMs: 4_000,
  warmSeconds: 2,
  own: {
    connections: 1_000,
    streams: 1,
    high: { perSecond: 1_000, seconds: 5 },
    low: { perSecond: 100, seconds: 10 },
  },
  multiplexed: {
    connections: 10,
    streams: 100,
    high: { perSecond: 2_000, seconds: 5 },
    low: { perSecond: 100, seconds: 10 },
  },
  unary: { warmCalls: 20_000, seconds: 3, callsMax: 2_000_000 },
  memory: { warmConnections: 20, few: 1_000, many: 5_000, connections: 10, subscriptions: 100 },
};

/** @type {typeof FULL} */
const SMALL = {
  settleMs: 50,
  readingIntervalMs: 20,
  quietMs: 3_000,
  warmSeconds: 0.1,
  own: {
    connections: 10,
    streams: 1,
    high: { perSecond: 200, seconds: 0.2 },
    low: { perSecond: 50, seconds: 0.2 },
  },
  multiplexed: {
    connections: 2,
    streams: 5,
    high: { perSecond: 200, seconds: 0.2 },
    low: { perSecond: 50, seconds: 0.2 },
  },
  unary: { warmCalls: 200, seconds: 0.1, callsMax: 1_000 },
  memory: { warmConnections: 2, few: 10, many: 20, connections: 2, subscriptions: 10 },
};

/**
 * @param {"fanout-own" | "fanout-multiplexed"} section
 * @param {typeof FULL} sizes @param {Bench} bench
 * @returns {Scenario[]}
 */
function createFanoutScenarios(section, sizes, bench) {
  const multiplexed = section === "fanout-multiplexed";
  const { connections, streams, high, low } = multiplexed ? sizes.multiplexed : sizes.own;
  const shape = multiplexed
    ? `${connections} connections × ${streams} streams`
    : `${connections} connections`;
  return [
    { rate: high, id: `${section}-high` },
    { rate: low, id: `${section}-low` },
  ].map(({ rate, id }) => ({
    section,
    measures: [
      {
        id,
        label: `CPU per delivery, ${shape}, ${rate.perSecond} msg/s`,
        unit: "µs",
        baseline: multiplexed ? "node-http2" : "redis",
      },
    ],
    peers: multiplexed ? MULTIPLEXING_PEERS : OWN_PEERS,
    tools: [],
    run: (peer) =>
      measureFanout(peer, { connections, streams, ...rate, warmSeconds: sizes.warmSeconds }, id, bench),
  }));
}

/** @param {typeof FULL} sizes @param {Bench} bench @returns {Scenario[]} */
function createUnaryScenarios(sizes, bench) {
  return [
    { subscribers: 0, id: "unary", label: "unary publishes" },
    { subscribers: 1, id: "unary-subscribed", label: "unary publishes, 1 subscriber" },
  ].map(({ subscribers, id, label }) => ({
    section: "unary",
    measures: [{ id, label, unit: "calls per CPU-second", baseline: "grpc-js" }],
    peers: UNARY_PEERS,
    tools: ["h2load"],
    run: (peer) => measureUnary(peer, { subscribers, ...sizes.unary }, id, bench),
  }));
}

/** @param {typeof FULL} sizes @param {Bench} bench @returns {Scenario[]} */
function createMemoryScenarios(sizes, bench) {
  const { warmConnections, few, many, connections, subscriptions } = sizes.memory;
  const common = { section: "memory", peers: MEMORY_PEERS, tools: [] };
  const steps = [
    { measure: "memory-connection-few", connections: few },
    { measure: "memory-connection-many", connections: many },
  ];
  const further = "memory-subscription";
  return [
    {
      ...common,
      measures: steps.map((step) => ({
        id: step.measure,
        label: `resident memory per idle connection of ${step.connections}`,
        unit: "KB",
        baseline: "redis",
      })),
      run: (peer) => measureConnectionMemory(peer, { warmConnections, steps }, bench),
    },
    {
      ...common,
      peers: ADDING_PEERS,
      measures: [
        {
          id: further,
          label: `resident memory per further subscription, ${connections} × ${subscriptions}`,
          unit: "KB",
          baseline: "redis",
        },
      ],
      run: (peer) => measureSubscriptionMemory(peer, { connections, subscriptions }, further, bench),
    },
  ];
}

/** @param {{ small: boolean }} options @returns {Scenario[]} */
export function createPlan({ small }) {
  const sizes = small ? SMALL : FULL;
  const { settleMs, readingIntervalMs, quietMs } = sizes;
  const bench = { payload: toPayload(PAYLOAD_BYTES), settleMs, readingIntervalMs, quietMs };
  return [
    ...createFanoutScenarios("fanout-own", sizes, bench),
    ...createFanoutScenarios("fanout-multiplexed", sizes, bench),
    ...createUnaryScenarios(sizes, bench),
    ...createMemoryScenarios(sizes, bench),
  ];
}
