// The table of docs/reference/hostile-peers.md, made from the attacks. `node reference.mjs` writes it into the page.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { loadAttacks } from "./attacks.mjs";

const page = join(import.meta.dirname, "..", "..", "docs", "reference", "hostile-peers.md");
const mark = /<!-- attacks -->\n[\s\S]*<!-- \/attacks -->/;

/** @param {string} text @returns {string} */
function toCell(text) {
  return text === "" ? "–" : text.replaceAll("|", "\\|");
}

/** @returns {Promise<string>} */
export async function toTable() {
  const attacks = await loadAttacks();
  const rows = [...attacks].map(([name, { does, reference, limit, meets, counter }]) => {
    const cells = [`\`${name}\``, does, reference, limit, meets, counter === "" ? "" : `\`${counter}\``];
    return `| ${cells.map(toCell).join(" | ")} |`;
  });
  const head = "| attack | what the peer does | reference | limit or rule | what it meets | counted as |";
  return [head, "| --- | --- | --- | --- | --- | --- |", ...rows].join("\n");
}

/** @returns {string} the page as it is */
export function readPage() {
  return readFileSync(page, "utf8");
}

/** @param {string} text @param {string} table @returns {string} */
export function withTable(text, table) {
  return text.replace(mark, () => `<!-- attacks -->\n\n${table}\n\n<!-- /attacks -->`);
}

if (process.argv[1]?.endsWith("reference.mjs")) writeFileSync(page, withTable(readPage(), await toTable()));
