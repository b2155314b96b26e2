// results/YYYY-MM-DD-COMMIT.json with everything, and .md with the table.

import { mkdir, writeFile } from "node:fs/promises";

const FOLDER = new URL("../results/", import.meta.url);

/**
 * @typedef {object} RunRecord
 * @property {string} date
 * @property {{ commit: string, changed: boolean }} source
 * @property {ReturnType<import("../system/machine.js").readMachine>} machine
 * @property {Record<string, string>} versions  of the peers and tools
 * @property {string} command
 * @property {number} rounds
 */

/** @param {RunRecord} run @returns {string} Markdown */
export function toRunLines(run) {
  const { machine, source } = run;
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `- ${run.date}, commit ${source.commit}${source.changed ? " with uncommitted changes" : ""}, \`${run.command}\``,
    `- ${machine.cpu}, ${machine.cores} cores, ${machine.memoryMb} MB, ${machine.kernel}, Node ${machine.node}`,
    `- ${versions.join(", ")}`,
    `- ${run.rounds} rounds; median, and smallest and largest of the rounds; ratio: median of the ratios within a round`,
  ].join("\n");
}

/**
 * @param {RunRecord} run
 * @param {{ table: string, goals: string, samples: object[], summary: object[], measures: readonly object[] }} result
 * @returns {Promise<string>} the files' name without its ending, relative to bench/
 */
export async function writeResultFiles(run, { table, goals, samples, summary, measures }) {
  const name = `${run.date}-${run.source.commit}`;
  await mkdir(FOLDER, { recursive: true });
  const json = JSON.stringify({ ...run, measures, summary, samples }, null, 2);
  await writeFile(new URL(`${name}.json`, FOLDER), `${json}\n`);
  const markdown = `# Measured ${run.date}\n\n${toRunLines(run)}\n\n${table}\n\n${goals}\n`;
  await writeFile(new URL(`${name}.md`, FOLDER), markdown);
  return `results/${name}`;
}
