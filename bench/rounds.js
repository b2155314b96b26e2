// Runs the plan: in each round every scenario, in each scenario every server, one at a time.

import { findTool } from "./system/tools.js";
import { formatValue } from "./report/table.js";

/** @typedef {import("./peers/peer.js").Peer} Peer */
/** @typedef {import("./plan.js").Scenario} Scenario */
/** @typedef {import("./report/summary.js").RoundSample} RoundSample */

/** @typedef {ReadonlyMap<string, string>} Unprepared  by id of the peer: why it cannot be started */

/**
 * Builds what is to be built before anything is measured.
 * @param {Peer[]} peers @param {(line: string) => void} report
 * @returns {Promise<Unprepared>}
 */
export async function preparePeers(peers, report) {
  const unprepared = new Map();
  for (const { id, label, tool, prepare } of peers) {
    if (prepare === undefined || (tool !== null && findTool(tool) === null)) continue;
    const start = performance.now();
    try {
      await prepare();
    } catch (error) {
      unprepared.set(id, error instanceof Error ? error.message : String(error));
    }
    const what = unprepared.get(id) ?? "prepared";
    report(`${label}: ${what}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  return unprepared;
}

/**
 * @param {Scenario} scenario @param {Peer} peer @param {Unprepared} unprepared
 * @returns {string | null} the first thing that is not here
 */
export function findMissing(scenario, peer, unprepared) {
  const tools = peer.tool === null ? scenario.tools : [peer.tool, ...scenario.tools];
  const tool = tools.find((name) => findTool(name) === null);
  return tool ?? (unprepared.has(peer.id) ? peer.label : null);
}

/** @param {Scenario} scenario @param {Peer} peer @param {string} note @returns {import("./measure/sample.js").Sample[]} */
function toEmptySamples(scenario, peer, note) {
  return scenario.measures.map(({ id }) => {
    return { measure: id, peer: peer.id, value: null, deliveredShare: null, note, detail: {} };
  });
}

/**
 * @param {Scenario} scenario @param {Peer} peer @param {Unprepared} unprepared
 * @returns {Promise<{ samples: import("./measure/sample.js").Sample[], failed: boolean }>}
 */
async function runScenario(scenario, peer, unprepared) {
  const missing = findMissing(scenario, peer, unprepared);
  if (missing !== null) {
    const note = unprepared.get(peer.id) ?? `no ${missing} here`;
    return { samples: toEmptySamples(scenario, peer, note), failed: false };
  }
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
 * @param {{ scenarios: Scenario[], peers: Peer[], rounds: number, unprepared: Unprepared }} run
 * @param {(line: string) => void} report  told of each measurement
 * @returns {Promise<{ samples: RoundSample[], failed: boolean }>}
 */
export async function runRounds({ scenarios, peers, rounds, unprepared }, report) {
  /** @type {RoundSample[]} */
  const all = [];
  let failed = false;
  for (let round = 1; round <= rounds; round++) {
    for (const scenario of scenarios) {
      const taking = peers.filter(({ id }) => scenario.peers.includes(id));
      for (const peer of rotate(taking, round - 1)) {
        const result = await runScenario(scenario, peer, unprepared);
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
