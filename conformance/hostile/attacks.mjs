// All attacks, by name: one module of attacks/ each.

import { readdirSync } from "node:fs";
import { join } from "node:path";

/** @typedef {import("./target.mjs").Attack} Attack */

const directory = join(import.meta.dirname, "attacks");

/**
 * The attacks whose names hold one of the words; all of them without words.
 * @param {readonly string[]} [words]
 * @returns {Promise<Map<string, Attack>>}
 */
export async function loadAttacks(words = []) {
  const names = readdirSync(directory)
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => name.slice(0, -".mjs".length))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .sort();
  const modules = await Promise.all(names.map((name) => import(`./attacks/${name}.mjs`)));
  return new Map(names.map((name, at) => [name, modules[at].attack]));
}
