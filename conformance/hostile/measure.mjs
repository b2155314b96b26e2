// Measures what each attack does to others: how late items come to subscribers on other connections, before and during it, and while it
// goes on beside them, on another server of the same machine.
// `node conformance/hostile/measure.mjs [--seconds N] [--save] [words]`; --save writes bench/results/DATE-COMMIT-hostile.md and .json.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { readCommit, readMachine } from "../../bench/system/machine.js";
import { readCpu, subtractCpu } from "../../bench/system/proc.js";
import { repositoryRoot } from "../harness.mjs";
import { loadAttacks } from "./attacks.mjs";
import { shortPreface, startHostileServer } from "./hostile-server.mjs";
import { LatencyWitness } from "./latency-witness.mjs";

const { values: flags, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "4" }, save: { type: "boolean", default: false } },
});
const seconds = Number(flags.seconds);
/** For the attacker to be started and its connections to be there. */
const settleMs = 500;

/**
 * @typedef {object} Row
 * @property {string} attack
 * @property {number} rounds How often the attack was finished.
 * @property {{ p50Ms: number, p99Ms: number, lost: number }} before
 * @property {{ p50Ms: number, p99Ms: number, lost: number }} beside
 * @property {{ p50Ms: number, p99Ms: number, lost: number }} during
 * @property {number} ratio Of p99 during to p99 beside.
 * @property {number} serverCpu Processor seconds of the server for a second of the attack.
 */

/** The name by which an attacker only computes. */
const COMPUTING_ONLY = "nothing";

/**
 * What `observe` sees while `attack` goes on.
 * @template T
 * @param {string} attack @param {{ port: number, tlsPort: number, pid: number }} server @param {() => Promise<T>} observe
 * @returns {Promise<{ observed: T, rounds: number, serverCpu: number }>}
 */
async function during(attack, { port, tlsPort, pid }, observe) {
  // Whatever time the server and the witness leave, and no more: a real attacker computes on its own machine.
  const script = join(import.meta.dirname, "repeat-attack.mjs");
  const ports = [String(port), String(tlsPort)];
  const attacker = spawn("chrt", ["--idle", "0", process.execPath, script, attack, ...ports], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  attacker.stdout.on("data", (text) => (output += text));
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const cpu = readCpu(pid);
  const start = performance.now();
  const observed = await observe();
  const { cpuUs } = subtractCpu(cpu, readCpu(pid));
  const elapsedUs = (performance.now() - start) * 1000;
  attacker.kill();
  // An attack that writes without a pause may not hear the signal.
  const timer = setTimeout(() => attacker.kill("SIGKILL"), 2000);
  await once(attacker, "close");
  clearTimeout(timer);
  return { observed, rounds: Number(output), serverCpu: cpuUs / elapsedUs };
}

/** @param {string} attack @returns {Promise<Row>} */
async function measure(attack) {
  const server = await startHostileServer(shortPreface);
  const other = await startHostileServer(shortPreface);
  const witness = await LatencyWitness.start(server.url);
  try {
    await witness.observe(1);
    const observe = () => witness.observe(seconds);
    const before = await during(COMPUTING_ONLY, server, observe);
    // What an attack does to the machine's cores, caches and kernel, it does to whatever server is on it.
    const beside = await during(attack, other, observe);
    const attacked = await during(attack, server, observe);
    return {
      ...{ attack, rounds: attacked.rounds, serverCpu: attacked.serverCpu },
      ...{ before: before.observed, beside: beside.observed, during: attacked.observed },
      ratio: attacked.observed.p99Ms / beside.observed.p99Ms,
    };
  } finally {
    witness.close();
    await Promise.all([server.kill(), other.kill()]);
  }
}

/** @param {Row} row */
function toLine({ attack, rounds, before, beside, during, ratio, serverCpu }) {
  const observed = [before, beside, during];
  const figures = observed.flatMap(({ p50Ms, p99Ms }) => [p50Ms, p99Ms]).map((ms) => ms.toFixed(1));
  const lost = observed.reduce((sum, { lost }) => sum + lost, 0);
  return `| \`${attack}\` | ${figures.join(" | ")} | ${ratio.toFixed(1)} | ${serverCpu.toFixed(2)} | ${rounds} | ${lost} |`;
}

const head = [
  "| attack | p50 before, ms | p99 before | p50 beside | p99 beside | p50 during | p99 during | ratio | server CPU | rounds | lost |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
];
console.log(head.join("\n"));
/** @type {Row[]} */
const rows = [];
for (const name of [COMPUTING_ONLY, ...(await loadAttacks(words)).keys()]) {
  const row = await measure(name);
  rows.push(row);
  console.log(toLine(row));
}

if (flags.save) {
  const machine = readMachine();
  const source = readCommit();
  const date = new Date().toISOString().slice(0, 10);
  const command = `node conformance/hostile/measure.mjs --seconds ${seconds}${words.map((word) => ` ${word}`).join("")} --save`;
  const text = `# Hostile peers, measured ${date}

- ${date}, commit ${source.commit}${source.changed ? " with uncommitted changes" : ""}, \`${command}\`
- ${machine.cpu}, ${machine.cores} cores, ${machine.memoryMb} MB, ${machine.kernel}, Node ${machine.node}

How late items come to 5 subscribers on connections of their own, 100 items a second, from the time when an item was due; ${seconds} seconds
each. One process repeats the attack with new connections as fast as it can: during, on their server; beside, on another server of the same machine. Before, and in
the row \`${COMPUTING_ONLY}\` always, it only computes: that row shows by how much measurements of the same differ.

The attacker, the servers and the witness share ${machine.cores} cores; the attacker has only the time that the others leave (\`chrt --idle\`), as
if it sat on a machine of its own, but its system calls are not interrupted. So what an attack does to subscribers by being on the same machine stands under \`beside\`, and \`ratio\`,
of p99 during to p99 beside, is what it does by being on the same server. \`server CPU\` is of one core, during. \`rounds\` is how often the attack came to its end; 0 or NaN: it was still going on.

${[...head, ...rows.map(toLine)].join("\n")}
`;
  const path = join(repositoryRoot, "bench", "results", `${date}-${source.commit}-hostile`);
  writeFileSync(`${path}.md`, text);
  writeFileSync(`${path}.json`, `${JSON.stringify({ date, source, machine, command, rows }, null, 1)}\n`);
}
