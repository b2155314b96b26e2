// Runs the plan: scenario by scenario, by itself on each server or on all in turn.

import { findTool } from "./system/tools.js";
import { toEmptySamples } from "./measure/sample.js";
import { formatValue } from "./report/table.js";

/** @typedef {import("./peers/peer.js").Peer} Peer */
/** @typedef {import("./plan/scenario.js").Scenario} Scenario */
/** @typedef {import("./report/summary.js").RoundSample} RoundSample */
/** @typedef {{ samples: RoundSample[], failed: boolean }} Outcome */

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

/** @param {Scenario} scenario @param {Peer[]} peers @param {string} note @returns {RoundSample[]} */
function toEmpty(scenario, peers, note) {
  const measures = scenario.measures.map(({ id }) => id);
  return peers.flatMap(({ id }) =>
    toEmptySamples(measures, id, note).map((sample) => ({ round: 1, ...sample })),
  );
}

/**
 * @param {Scenario} scenario @param {Peer[]} peers  one, or all that take turns
 * @param {() => Promise<RoundSample[]>} run
 * @returns {Promise<Outcome>}
 */
async function attempt(scenario, peers, run) {
  try {
    return { samples: await run(), failed: false };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { samples: toEmpty(scenario, peers, `FAILED: ${reason}`), failed: true };
  }
}

/**
 * @param {Scenario} scenario @param {Peer[]} peers @param {Unprepared} unprepared @param {number} rounds
 * @returns {AsyncGenerator<Outcome>}
 */
async function* runScenario(scenario, peers, unprepared, rounds) {
  const taking = peers.filter(({ id }) => scenario.peers.includes(id));
  const present = [];
  for (const peer of taking) {
    const missing = findMissing(scenario, peer, unprepared);
    const note = unprepared.get(peer.id) ?? `no ${missing} here`;
    if (missing === null) present.push(peer);
    else yield { samples: toEmpty(scenario, [peer], note), failed: false };
  }
  const { run, runPaired } = scenario;
  if (runPaired !== undefined && present.length > 0)
    yield await attempt(scenario, present, () => runPaired(present, rounds));
  if (run === undefined) return;
  for (const peer of present) {
    yield await attempt(scenario, [peer], async () =>
      (await run(peer)).map((sample) => ({ round: 1, ...sample })),
    );
  }
}

/**
 * @param {Scenario[]} scenarios @param {Peer[]} peers @param {Unprepared} unprepared
 * @param {number} rounds  of what is measured in turn
 * @param {(line: string) => void} report  told of each sample
 * @returns {Promise<Outcome & { sectionMinutes: Record<string, number> }>}
 */
export async function runPlan(scenarios, peers, unprepared, rounds, report) {
  /** @type {RoundSample[]} */
  const all = [];
  /** @type {Record<string, number>} */
  const sectionMinutes = {};
  let failed = false;
  for (const scenario of scenarios) {
    const start = performance.now();
    for await (const outcome of runScenario(scenario, peers, unprepared, rounds)) {
      failed ||= outcome.failed || outcome.samples.some(({ note }) => note.startsWith("FAILED"));
      all.push(...outcome.samples);
      for (const { round, measure, peer, value, note } of outcome.samples) {
        const label = peers.find(({ id }) => id === peer)?.label ?? peer;
        report(`${measure} round ${round} ${label}: ${formatValue(value)} ${note}`.trimEnd());
      }
    }
    const minutes = (performance.now() - start) / 60_000;
    sectionMinutes[scenario.section] = (sectionMinutes[scenario.section] ?? 0) + minutes;
  }
  return { samples: all, failed, sectionMinutes };
}
