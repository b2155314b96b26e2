// From a run's record to Markdown: everything for the results file, the essence for docs/performance.md.

import { judgeGoals, toGoalTable } from "./goals.js";
import { findGrowth, toGrowthTables } from "./growth.js";
import { toPivot } from "./pivot.js";
import { summarize } from "./summary.js";

/**
 * @typedef {object} RunRecord  what a results file holds
 * @property {string} date
 * @property {{ commit: string, changed: boolean }} source
 * @property {ReturnType<import("../system/machine.js").readMachine>} machine
 * @property {Record<string, string>} versions  of the peers and tools
 * @property {string} command
 * @property {number} rounds  of the goals' rows; the rest is measured once
 * @property {number} minutes  that the run took
 * @property {Record<string, number>} [sectionMinutes]
 * @property {{ id: string, label: string }[]} peers  in the order of the tables
 * @property {readonly import("../plan/scenario.js").Table[]} tables
 * @property {readonly import("../plan/scenario.js").Measure[]} measures
 * @property {import("./summary.js").RoundSample[]} samples
 */

/** @param {RunRecord} run @returns {(peer: string) => string} */
function labelsOf({ peers }) {
  return (id) => peers.find((peer) => peer.id === id)?.label ?? id;
}

/** @param {RunRecord} run @returns {string} */
function toRunLines(run) {
  const { machine, source } = run;
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `- ${run.date}, commit ${source.commit}${source.changed ? " with uncommitted changes" : ""}, \`${run.command}\`, ${run.minutes.toFixed(0)} minutes`,
    `- ${machine.cpu}, ${machine.cores} cores, ${machine.memoryMb} MB, ${machine.kernel}, Node ${machine.node}`,
    `- ${versions.join(", ")}`,
    `- the rows of the goals ${run.rounds} rounds in turn: median, then the smallest and the largest; the rest once`,
  ].join("\n");
}

/**
 * @param {RunRecord} run @param {(table: import("../plan/scenario.js").Table) => boolean} wanted
 * @returns {string[]}
 */
function toTables(run, wanted) {
  const ids = run.peers.map(({ id }) => id);
  const rows = summarize(run.samples, run.measures, ids);
  return run.tables.filter(wanted).map((table) => toPivot(table, run.measures, rows, labelsOf(run)));
}

/** @param {readonly string[]} parts @returns {string} */
function joinParts(parts) {
  return parts.filter((part) => part !== "").join("\n\n");
}

/** @param {RunRecord} run @returns {string} the whole of it */
export function renderResults(run) {
  const ids = run.peers.map(({ id }) => id);
  const growth = findGrowth(run.measures, summarize(run.samples, run.measures, ids));
  const goals = toGoalTable(judgeGoals(run.samples));
  return joinParts([
    `# Measured ${run.date}`,
    toRunLines(run),
    goals === "" ? "" : `## Goals\n\n${goals}`,
    "## Figures",
    ...toTables(run, () => true),
    growth.length === 0
      ? ""
      : "## Growth\n\nBy how much the cost of one delivery, or of one connection, changes for each doubling of their number: 1.00 is linear.",
    toGrowthTables(growth, labelsOf(run)),
  ]);
}

/**
 * @param {RunRecord} run @param {string} link  to the results file, from docs/
 * @returns {string} what stands between the marks of docs/performance.md
 */
export function renderEssence(run, link) {
  return joinParts([
    `Measured ${run.date} at commit ${run.source.commit} with \`${run.command}\` on ${run.machine.cpu}, ${run.machine.cores} cores, ${run.machine.kernel}, Node ${run.machine.node}: [the whole result](${link}).`,
    "## Goals",
    toGoalTable(judgeGoals(run.samples)),
    "## Beside the others",
    ...toTables(run, ({ isEssential }) => isEssential),
  ]);
}
