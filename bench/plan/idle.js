// The tables of what idle subscriptions cost.

import { measureFurtherSubscriptions, measureIdleConnections } from "../measure/idle.js";
import { formatCount } from "./scenario.js";

/** @typedef {import("./sizes.js").Sizes} Sizes */

export const IDLE_SECTION = "idle";

const MEMORY_TABLE = "idle-memory";
const CPU_TABLE = "idle-cpu";
const FURTHER_TABLE = "idle-further";

/**
 * @param {Sizes} sizes @param {import("../measure/sample.js").Bench} bench
 * @param {{ own: string[], further: string[] }} peers
 * @returns {import("./scenario.js").PlanPart}
 */
export function planIdle({ idle }, bench, peers) {
  const { warmConnections, steps, growthSteps, further } = idle;
  const last = Math.max(...steps);
  const columns = steps.map((connections) => {
    const grows = growthSteps.includes(connections);
    const at = { amount: connections };
    return {
      connections,
      memory: {
        id: `idle-memory-${connections}`,
        table: MEMORY_TABLE,
        column: formatCount(connections),
        ...(grows ? { growth: { series: "memory per idle connection", ...at, isTotal: false } } : {}),
      },
      cpu: {
        id: `idle-cpu-${connections}`,
        table: CPU_TABLE,
        column: formatCount(connections),
        ...(grows ? { growth: { series: "CPU per idle connection", ...at, isTotal: true } } : {}),
      },
    };
  });
  const furtherMeasure = { id: "idle-further", table: FURTHER_TABLE, column: "KB" };
  const common = { section: IDLE_SECTION, tools: [] };
  return {
    tables: [
      {
        id: MEMORY_TABLE,
        title: "Resident memory per idle connection with one subscription, KB",
        text: "Columns: connections. What the kernel keeps for a socket is not in it.",
        isEssential: true,
      },
      {
        id: CPU_TABLE,
        title: `Server CPU of idle connections, ms in a second, up to ${formatCount(last)}`,
        text: "Columns: connections.",
        isEssential: false,
      },
      {
        id: FURTHER_TABLE,
        title: `Resident memory per further subscription on a connection, KB (${further.connections} × ${further.subscriptions})`,
        text: "",
        isEssential: false,
      },
    ],
    scenarios: [
      {
        ...common,
        measures: columns.flatMap(({ memory, cpu }) => [memory, cpu]),
        peers: peers.own,
        run: (peer) =>
          measureIdleConnections(
            peer,
            {
              warmConnections,
              steps: columns.map(({ connections, memory, cpu }) => {
                return { connections, memory: memory.id, cpu: cpu.id };
              }),
            },
            bench,
          ),
      },
      {
        ...common,
        measures: [furtherMeasure],
        peers: peers.further,
        run: (peer) => measureFurtherSubscriptions(peer, further, furtherMeasure.id, bench),
      },
    ],
  };
}
