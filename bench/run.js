// node bench/run.js: Subito and its peers side by side. See README.md.

import process from "node:process";
import { OptionError, HELP, parseOptions } from "./options.js";
import { PEERS } from "./peers/index.js";
import { createPlan } from "./plan/index.js";
import { STORM_FAILED } from "./plan/storm.js";
import { renderResults } from "./report/render.js";
import { writePage, writeResultFiles } from "./report/result-files.js";
import { findMissing, preparePeers, runPlan } from "./rounds.js";
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
 * @param {import("./plan/scenario.js").Scenario[]} scenarios @param {Peer[]} peers
 * @param {import("./rounds.js").Unprepared} unprepared
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

/** @param {string[]} args @returns {string} what a user types at the root */
function toCommand(args) {
  return args.length === 0 ? "npm run bench" : `npm run bench -- ${args.join(" ")}`;
}

/** @param {import("./measure/sample.js").Sample} sample @returns {boolean} something did not arrive, or came twice */
function isWrong({ deliveredShare, measure, value }) {
  const lost = deliveredShare !== null && deliveredShare !== 1;
  return lost || (measure === STORM_FAILED && value !== 0);
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
  if (options.summarize !== null) {
    await writePage(options.summarize);
    console.log("written: docs/performance.md");
    return EXIT_OK;
  }
  const peers = PEERS.filter(({ id }) => options.peers.includes(id));
  const plan = createPlan(options);
  const scenarios = plan.scenarios.filter(({ section }) => options.sections.includes(section));
  const report = (/** @type {string} */ line) => console.error(line);
  const taking = peers.filter(({ id }) => scenarios.some((scenario) => scenario.peers.includes(id)));
  const unprepared = await preparePeers(taking, report);
  const start = performance.now();
  const run = {
    date: new Date().toISOString().slice(0, 10),
    source: readCommit(),
    machine: readMachine(),
    versions: readVersions(peers),
    command: toCommand(args),
    rounds: options.rounds,
    peers: peers.map(({ id, label }) => ({ id, label })),
    tables: plan.tables,
    measures: scenarios.flatMap((scenario) => scenario.measures),
  };
  const outcome = await runPlan(scenarios, peers, unprepared, options.rounds, report);
  const { samples, sectionMinutes } = outcome;
  const record = { ...run, minutes: (performance.now() - start) / 60_000, sectionMinutes, samples };
  console.log(renderResults(record));
  if (options.save) {
    const name = await writeResultFiles(record);
    console.log(`\nwritten: bench/${name}.json and .md`);
  }
  if (outcome.failed || (options.small && samples.some(isWrong))) return EXIT_FAILED;
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
