// Runs the plan: scenario by scenario, by itself on each server or on all in turn.

import { findTool } from "./system/tools.js";
import { toEmptySamples } from "./measure/sample.js";
import { formatValue } from "./report/table.js";

/** @typedef {import("./peers/peer.js").Peer} Peer */
/** @typedef {import("./plan/scenario.js").Scenario} Scenario */
/** @typedef {import("./report/summary.js").RoundSample} RoundSample */
/** @typedef {{ samples: RoundSample[], failed: boolean }} Outcome */

/**
 * @param {Scenario} scenario @param {Peer} peer
 * @returns {string | null} the first program that is not installed
 */
export function findMissingTool(scenario, peer) {
  const tools = peer.tool === null ? scenario.tools : [peer.tool, ...scenario.tools];
  return tools.find((tool) => findTool(tool) === null) ?? null;
}

/** @param {Scenario} scenario @param {Peer[]} peers @param {string} note @returns {RoundSample[]} */
function toEmpty(scenario, peers, note) {
  const measures = scenario.measures.map(({ id }) => id);
  return peers.flatMap(({ id }) => toEmptySamples(measures, id, note).map((sample) => ({ round: 1, ...sample })));
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

/** @param {Scenario} scenario @param {Peer[]} peers @param {number} rounds @returns {AsyncGenerator<Outcome>} */
async function* runScenario(scenario, peers, rounds) {
  const taking = peers.filter(({ id }) => scenario.peers.includes(id));
  const present = [];
  for (const peer of taking) {
    const missing = findMissingTool(scenario, peer);
    if (missing === null) present.push(peer);
    else yield { samples: toEmpty(scenario, [peer], `no ${missing} here`), failed: false };
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
 * @param {Scenario[]} scenarios @param {Peer[]} peers @param {number} rounds  of what is measured in turn
 * @param {(line: string) => void} report  told of each sample
 * @returns {Promise<Outcome & { sectionMinutes: Record<string, number> }>}
 */
export async function runPlan(scenarios, peers, rounds, report) {
  /** @type {RoundSample[]} */
  const all = [];
  /** @type {Record<string, number>} */
  const sectionMinutes = {};
  let failed = false;
  for (const scenario of scenarios) {
    const start = performance.now();
    for await (const outcome of runScenario(scenario, peers, rounds)) {
      failed ||= outcome.failed;
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
