// Reads the code blocks of a README that are marked for the test: a comment `<!-- readme-test: NAME -->` on the line before the fence.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../harness.mjs";

/**
 * @typedef {object} Block
 * @property {string} language as the fence names it
 * @property {string} text without the fences, ending with a newline
 */

/**
 * @param {string} markdown
 * @returns {Map<string, Block>} by name, in order
 */
export function parseBlocks(markdown) {
  const blocks = new Map();
  for (const [, name = "", language = "", text = ""] of markdown.matchAll(
    /^<!-- readme-test: ([a-z]+) -->\n```([a-z]+)\n(.*?\n)```$/gms,
  )) {
    if (blocks.has(name)) throw new Error(`two blocks are marked "${name}"`);
    blocks.set(name, { language, text });
  }
  const marks = markdown.split("readme-test:").length - 1;
  if (marks !== blocks.size) throw new Error(`${marks} marks, but ${blocks.size} blocks right below one`);
  return blocks;
}

/** @param {string} name of a file in the root of the repository */
export function readBlocks(name) {
  return parseBlocks(readFileSync(join(repositoryRoot, name), "utf8"));
}
