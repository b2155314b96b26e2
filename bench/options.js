// The command line of the bench.

import { parseArgs } from "node:util";
import { PEERS } from "./peers/index.js";
import { SECTIONS } from "./plan/index.js";

const ROUNDS = 5;

const SLOW_TO_BUILD = PEERS.filter(({ slowToBuild }) => slowToBuild === true).map(({ id }) => id);

export const HELP = `Usage: node bench/run.js [options]      (after npm run build and npm ci --prefix bench)

Starts Subito and its peers, loads each in the same way, and prints tables and what the goals reached.

  --small          a run of a few minutes that checks deliveries and prints the tables; writes no file; without the
                   servers that take minutes to build (${SLOW_TO_BUILD.join(", ")}), unless --only names them
  --only A,B       only these servers: ${PEERS.map(({ id }) => id).join(", ")}
  --section A,B    only these sections: ${SECTIONS.join(", ")}
  --rounds N       how often the servers take turns in the section goals (default 5; with --small 1)
  --summarize FILE makes docs/performance.md out of a file of bench/results (JSON), and measures nothing
  --save           writes the files of bench/results for a part of the bench too
  --help           this text

A run of everything writes bench/results/DATE-COMMIT.json and .md; one with --small, --only or
--section does so with --save only.
Exit code: 0 done; 1 something failed, or (--small) a message was lost; 2 wrong options;
77 all done that could be, but a tool is missing: the last line says which.`;

/** The message is for the user. */
export class OptionError extends Error {}

/** @param {string | undefined} list @param {readonly string[]} known @param {string} option @returns {string[]} */
function parseList(list, known, option) {
  if (list === undefined) return [...known];
  const names = list.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new OptionError(`${option}: no ${unknown.join(", ")}; there are ${known.join(", ")}`);
  return names;
}

/**
 * @typedef {{ help: boolean, small: boolean, summarize: string | null, peers: string[], sections: string[], rounds: number, save: boolean }} Options
 */

/**
 * @param {string[]} args
 * @returns {Options}
 * @throws {OptionError}
 */
export function parseOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        help: { type: "boolean", default: false },
        small: { type: "boolean", default: false },
        only: { type: "string" },
        section: { type: "string" },
        rounds: { type: "string" },
        summarize: { type: "string" },
        save: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
  const { help, small, only, section } = values;
  const rounds = Number(values.rounds ?? (small ? 1 : ROUNDS));
  if (!Number.isInteger(rounds) || rounds < 1) throw new OptionError("--rounds takes a whole number from 1");
  const known = PEERS.map(({ id }) => id);
  const peers = parseList(only, known, "--only");
  return {
    help,
    small,
    summarize: values.summarize ?? null,
    peers: small && only === undefined ? peers.filter((id) => !SLOW_TO_BUILD.includes(id)) : peers,
    sections: parseList(section, SECTIONS, "--section"),
    rounds,
    save: values.save || (!small && only === undefined && section === undefined),
  };
}
