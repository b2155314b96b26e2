// Runs the plan: in each round every scenario, in each scenario every server, one at a time.

import { findTool } from "./system/tools.js";
import { formatValue } from "./report/table.js";

/** @typedef {import("./peers/peer.js").Peer} Peer */
/** @typedef {import("./plan.js").Scenario} Scenario */
/** @typedef {import("./report/summary.js").RoundSample} RoundSample */

/**
 * @param {Scenario} scenario @param {Peer} peer
 * @returns {string | null} the first program that is not installed
 */
export function findMissingTool(scenario, peer) {
  const tools = peer.tool === null ? scenario.tools : [peer.tool, ...scenario.tools];
  return tools.find((tool) => findTool(tool) === null) ?? null;
}

/** @param {Scenario} scenario @param {Peer} peer @param {string} note @returns {import("./measure/sample.js").Sample[]} */
function toEmptySamples(scenario, peer, note) {
  return scenario.measures.map(({ id }) => {
    return { measure: id, peer: peer.id, value: null, deliveredShare: null, note, detail: {} };
  });
}

/**
 * @param {Scenario} scenario @param {Peer} peer
 * @returns {Promise<{ samples: import("./measure/sample.js").Sample[], failed: boolean }>}
 */
async function runScenario(scenario, peer) {
  const missing = findMissingTool(scenario, peer);
  if (missing !== null)
    return { samples: toEmptySamples(scenario, peer, `no ${missing} here`), failed: false };
  try {
    return { samples: await scenario.run(peer), failed: false };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { samples: toEmptySamples(scenario, peer, `FAILED: ${reason}`), failed: true };
  }
}

/**
 * The order of the servers moves on by one in each round, so that none always comes after the same neighbour.
 * @param {Peer[]} peers @param {number} round
 */
function rotate(peers, round) {
  const first = round % Math.max(1, peers.length);
  return [...peers.slice(first), ...peers.slice(0, first)];
}

/**
 * @param {Scenario[]} scenarios @param {Peer[]} peers @param {number} rounds
 * @param {(line: string) => void} report  told of each measurement
 * @returns {Promise<{ samples: RoundSample[], failed: boolean }>}
 */
export async function runRounds(scenarios, peers, rounds, report) {
  /** @type {RoundSample[]} */
  const all = [];
  let failed = false;
  for (let round = 1; round <= rounds; round++) {
    for (const scenario of scenarios) {
      const taking = peers.filter(({ id }) => scenario.peers.includes(id));
      for (const peer of rotate(taking, round - 1)) {
        const result = await runScenario(scenario, peer);
        failed ||= result.failed;
        for (const sample of result.samples) {
          all.push({ round, ...sample });
          report(
            `round ${round}/${rounds} ${sample.measure} ${peer.label}: ${formatValue(sample.value)} ${sample.note}`,
          );
        }
      }
    }
  }
  return { samples: all, failed };
}
