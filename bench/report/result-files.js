// Writes results/YYYY-MM-DD-COMMIT.json with everything and .md with the tables, and docs/performance.md from such a file.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { findResultsPath, replaceResults } from "./page.js";
import { renderEssence, renderResults } from "./render.js";

const FOLDER = new URL("../results/", import.meta.url);
const PAGE = new URL("../../docs/performance.md", import.meta.url);

/**
 * @param {import("./render.js").RunRecord} run
 * @returns {Promise<string>} the files' name without its ending, relative to bench/
 */
export async function writeResultFiles(run) {
  const name = `${run.date}-${run.source.commit}`;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(new URL(`${name}.json`, FOLDER), `${JSON.stringify(run, null, 1)}\n`);
  await writeFile(new URL(`${name}.md`, FOLDER), `${renderResults(run)}\n`);
  return `results/${name}`;
}

/** @param {string} page @param {URL} file  results as JSON @returns {Promise<string>} the page as the file has it */
async function renderPage(page, file) {
  const run = JSON.parse(await readFile(file, "utf8"));
  const link = `../bench/results/${basename(file.pathname, ".json")}.md`;
  return replaceResults(page, renderEssence(run, link));
}

/** @param {string} name  of a file in results/, ending in .json; folders before it are ignored */
export async function writePage(name) {
  const page = await readFile(PAGE, "utf8");
  await writeFile(PAGE, await renderPage(page, new URL(basename(name), FOLDER)));
}

/** @returns {Promise<{ shown: string, made: string }>} docs/performance.md, and what the results file that it links to makes of it */
export async function comparePage() {
  const shown = await readFile(PAGE, "utf8");
  const path = findResultsPath(shown);
  if (path === "") throw new Error("docs/performance.md links to no results file");
  return { shown, made: await renderPage(shown, new URL(path, PAGE)) };
}
