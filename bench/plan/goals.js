// The rows that the goals are judged by: only the servers that a goal names, in turn, in several rounds.

import { measureFurtherSubscriptions, measureIdleConnections } from "../measure/idle.js";
import { PERCENTILES } from "../measure/latency.js";
import { measurePairedCpu, measurePairedLatency, takeTurns } from "../measure/paired.js";
import { measurePairedPublish } from "../measure/paired-publish.js";
import { formatCount } from "./scenario.js";

/** @typedef {import("./scenario.js").PlanPart} PlanPart */
/** @typedef {import("./scenario.js").Scenario} Scenario */
/** @typedef {import("./sizes.js").Sizes} Sizes */
/** @typedef {import("../measure/sample.js").Bench} Bench */

export const GOALS_SECTION = "goals";

const CPU = "goal-cpu";
const WEBSOCKET = "goal-websocket";
const PUBLISH = "goal-publish";
const LATENCY = "goal-latency";
const MEMORY = "goal-memory";

const PUBLISH_LOADS = [
  { id: "one", inFlight: 1 },
  { id: "many", inFlight: 64 },
];

/** @param {Sizes["goals"]} goals @param {Bench} bench @returns {Scenario} */
function planCpu(goals, bench) {
  const { connections, streamsPerConnection, payloadBytes, warm, loads } = goals;
  const own = { connections, streams: 1, payloadBytes };
  const multiplexed = {
    connections: connections / streamsPerConnection,
    streams: streamsPerConnection,
    payloadBytes,
  };
  return {
    section: GOALS_SECTION,
    measures: loads.flatMap(({ id, perSecond }) => [
      { id: `goal-own-${id}`, table: CPU, column: `own connections, ${formatCount(perSecond)}/s` },
      {
        id: `goal-multiplexed-${id}`,
        table: CPU,
        column: `${streamsPerConnection} to a connection, ${formatCount(perSecond)}/s`,
      },
    ]),
    peers: ["subito", "redis", "c-floor", "node-floor"],
    tools: [],
    runPaired: (peers, rounds) => {
      const lanes = peers.map((peer) => ({ measure: "goal-own", peer, shape: own }));
      const subito = peers.filter(({ id }) => id === "subito");
      lanes.push(...subito.map((peer) => ({ measure: "goal-multiplexed", peer, shape: multiplexed })));
      return measurePairedCpu(lanes, { warm, loads }, rounds, bench);
    },
  };
}

/** @param {Sizes["goals"]} goals @param {Bench} bench @returns {Scenario} */
function planWebSocket({ connections, payloadBytes, warm, loads }, bench) {
  return {
    section: GOALS_SECTION,
    measures: loads.map(({ id, perSecond }) => ({
      id: `${WEBSOCKET}-${id}`,
      table: WEBSOCKET,
      column: `own connections, ${formatCount(perSecond)}/s`,
    })),
    peers: ["subito-websocket", "ws", "redis", "c-floor", "node-floor"],
    tools: [],
    runPaired: (peers, rounds) => {
      const shape = { connections, streams: 1, payloadBytes };
      const lanes = peers.map((peer) => ({ measure: WEBSOCKET, peer, shape }));
      return measurePairedCpu(lanes, { warm, loads }, rounds, bench);
    },
  };
}

/** @param {Sizes} sizes @param {Bench} bench @returns {Scenario} */
function planLatency({ goals, latency }, bench) {
  const { connections, payloadBytes, warm, search } = latency;
  const measures = { own: "goal-latency-half", same: "goal-latency-same" };
  const labels = { [measures.own]: "half of its own saturation", [measures.same]: "the same rate for both" };
  return {
    section: GOALS_SECTION,
    measures: Object.entries(labels).flatMap(([id, label]) =>
      PERCENTILES.map((percentile) => ({
        id: `${id}-${percentile.id}`,
        table: LATENCY,
        column: `${percentile.label}, ${label}`,
      })),
    ),
    peers: ["subito", "redis"],
    tools: [],
    runPaired: (peers, rounds) => {
      const shape = { connections, streams: 1, payloadBytes, latency: true };
      const lanes = peers.map((peer) => ({ measure: "", peer, shape }));
      return measurePairedLatency(
        lanes,
        { warm, search, seconds: goals.latencySeconds },
        measures,
        rounds,
        bench,
      );
    },
  };
}

/** @param {Sizes} sizes @returns {Scenario} */
function planPublish({ goals, publish }) {
  return {
    section: GOALS_SECTION,
    measures: PUBLISH_LOADS.map(({ id, inFlight }) => {
      return { id: `${PUBLISH}-${id}`, table: PUBLISH, column: `${inFlight} in flight` };
    }),
    peers: ["subito", "grpc-js", "grpc-go"],
    tools: ["h2load"],
    runPaired: (peers, rounds) => {
      const { payloadBytes, warmCalls } = publish;
      const size = { payloadBytes, warmCalls, seconds: goals.publishSeconds, loads: PUBLISH_LOADS };
      return measurePairedPublish(peers, size, PUBLISH, rounds);
    },
  };
}

/** @param {Sizes} sizes @param {Bench} bench @returns {Scenario} */
function planMemory({ goals, idle }, bench) {
  const { few, many } = goals.memory;
  const { warmConnections, further } = idle;
  const columns = [
    { id: "goal-memory-few", table: MEMORY, column: `connection of ${formatCount(few)}` },
    { id: "goal-memory-many", table: MEMORY, column: `connection of ${formatCount(many)}` },
    { id: "goal-memory-further", table: MEMORY, column: "further subscription" },
  ];
  const steps = [
    { memory: "goal-memory-few", cpu: null, connections: few },
    { memory: "goal-memory-many", cpu: null, connections: many },
  ];
  return {
    section: GOALS_SECTION,
    measures: columns,
    peers: ["subito"],
    tools: [],
    runPaired: (peers, rounds) =>
      takeTurns(peers, rounds, async (peer) => [
        ...(await measureIdleConnections(peer, { warmConnections, steps }, bench)),
        ...(await measureFurtherSubscriptions(peer, further, "goal-memory-further", bench)),
      ]),
  };
}

/** @param {Sizes} sizes @param {Bench} bench @returns {PlanPart} */
export function planGoals(sizes, bench) {
  const { goals } = sizes;
  const inTurn = "In turn, in short stretches: a ratio is that of two figures of one round.";
  return {
    tables: [
      {
        id: CPU,
        title: `Goals: server CPU per delivery, µs, ${formatCount(goals.connections)} subscribers, ${goals.payloadBytes} B`,
        text: inTurn,
        isEssential: false,
      },
      {
        id: WEBSOCKET,
        title: `Goals: server CPU per delivery by WebSocket, µs, ${formatCount(goals.connections)} subscribers, ${goals.payloadBytes} B`,
        text: inTurn,
        isEssential: false,
      },
      {
        id: PUBLISH,
        title: "Goals: publishes per CPU-second, by h2load on one connection",
        text: inTurn,
        isEssential: false,
      },
      { id: LATENCY, title: "Goals: latency, ms", text: inTurn, isEssential: false },
      { id: MEMORY, title: "Goals: resident memory, KB", text: "", isEssential: false },
    ],
    scenarios: [
      planCpu(goals, bench),
      planWebSocket(goals, bench),
      planPublish(sizes),
      planLatency(sizes, bench),
      planMemory(sizes, bench),
    ],
  };
}
