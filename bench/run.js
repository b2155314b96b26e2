// node bench/run.js: Subito and its peers side by side, in one table. See README.md.

import process from "node:process";
import { OptionError, HELP, parseOptions } from "./options.js";
import { PEERS } from "./peers/index.js";
import { createPlan } from "./plan.js";
import { judgeGoals, toGoalLines } from "./report/goals.js";
import { toRunLines, writeResultFiles } from "./report/result-files.js";
import { summarize } from "./report/summary.js";
import { toTable } from "./report/table.js";
import { findMissing, preparePeers, runRounds } from "./rounds.js";
import { readCommit, readMachine } from "./system/machine.js";
import { findTool, readVersion } from "./system/tools.js";

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_WRONG_OPTIONS = 2;
const EXIT_TOOLS_MISSING = 77;

/** @typedef {import("./peers/peer.js").Peer} Peer */

/** @param {Peer[]} peers @returns {Record<string, string>} */
function readVersions(peers) {
  const present = peers.filter(({ tool }) => tool === null || findTool(tool) !== null);
  const versions = Object.fromEntries(present.map((peer) => [peer.label, peer.version()]));
  const h2load = findTool("h2load");
  return h2load === null ? versions : { ...versions, h2load: readVersion(h2load, ["--version"]) };
}

/**
 * @param {import("./plan.js").Scenario[]} scenarios @param {Peer[]} peers @param {import("./rounds.js").Unprepared} unprepared
 * @returns {string[]} what a whole run needs and is not here
 */
function listMissing(scenarios, peers, unprepared) {
  const missing = scenarios.flatMap((scenario) => {
    const taking = peers.filter(({ id }) => scenario.peers.includes(id));
    return taking.flatMap((peer) => {
      const what = findMissing(scenario, peer, unprepared);
      return what === null || (what === peer.tool && !peer.toolRequired) ? [] : [what];
    });
  });
  return [...new Set(missing)];
}

/** @param {string} line */
function report(line) {
  console.error(line.trim());
}

/** @param {string[]} args @returns {Promise<number>} the exit code */
async function main(args) {
  const options = parseOptions(args);
  if (options.help) {
    console.log(HELP);
    return EXIT_OK;
  }
  if (process.platform !== "linux") {
    console.log("the bench reads /proc, which only Linux has");
    return EXIT_TOOLS_MISSING;
  }
  const peers = PEERS.filter(({ id }) => options.peers.includes(id));
  const scenarios = createPlan(options).filter(({ section }) => options.sections.includes(section));
  const measures = scenarios.flatMap((scenario) => scenario.measures);
  const taking = peers.filter(({ id }) => scenarios.some((scenario) => scenario.peers.includes(id)));
  const unprepared = await preparePeers(taking, report);
  const run = {
    date: new Date().toISOString().slice(0, 10),
    source: readCommit(),
    machine: readMachine(),
    versions: readVersions(peers),
    command: ["node bench/run.js", ...args].join(" "),
    rounds: options.rounds,
  };
  const { rounds } = options;
  const { samples, failed } = await runRounds({ scenarios, peers, rounds, unprepared }, report);

  const summary = summarize(samples, measures, options.peers);
  const table = toTable(summary, measures, (id) => PEERS.find((peer) => peer.id === id)?.label ?? id);
  const goals = options.small ? "" : toGoalLines(judgeGoals(samples, summary));
  console.log([toRunLines(run), table, goals].filter((part) => part !== "").join("\n\n"));
  if (options.complete) {
    const name = await writeResultFiles(run, { table, goals, samples, summary, measures });
    console.log(`\nwritten: bench/${name}.json and .md`);
  }
  const lost = samples.filter(({ deliveredShare }) => deliveredShare !== null && deliveredShare !== 1);
  if (failed || (options.small && lost.length > 0)) return EXIT_FAILED;
  const missing = listMissing(scenarios, peers, unprepared);
  if (missing.length === 0) return EXIT_OK;
  console.log(`not everything was measured: ${missing.join(", ")} missing`);
  return EXIT_TOOLS_MISSING;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof OptionError)) throw error;
  console.error(`${error.message}\n\n${HELP}`);
  process.exitCode = EXIT_WRONG_OPTIONS;
}
