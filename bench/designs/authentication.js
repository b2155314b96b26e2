// What authentication and permission cost a publish: `node bench/designs/authentication.js`. One server in its open mode takes calls
// without a token, with an API key, a v2 key and a disposable token by turns. What is printed is the server's CPU time for a publish, and
// the median of the ratios to the calls without a token, round by round.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runLoad } from "../drivers/h2load.js";
import { median } from "../report/statistics.js";
import { endProcess, startChild, waitForChild } from "../system/child.js";
import { readCpu, subtractCpu } from "../system/proc.js";
import { toPayload } from "../wire/pubsub-messages.js";

const PROGRAM = fileURLToPath(new URL("../../packages/cli/bin/subito.js", import.meta.url));
const ROUNDS = 9;
const LOADS = [
  { inFlight: 64, calls: 100_000 },
  { inFlight: 1, calls: 15_000 },
];
const TOPIC = "bench";
const payload = toPayload(128);

const folder = await mkdtemp(join(tmpdir(), "subito-bench-"));
const args = ["serve", "--port", "0", "--data-dir", folder, "--auth", "open", "--log-level", "error"];
const child = startChild(process.execPath, [PROGRAM, ...args]);
try {
  const port = await waitForChild(child, (output) => {
    const found = /^Subito listens on http:\/\/127\.0\.0\.1:(\d+)\s*\n/m.exec(output)?.[1];
    return found === undefined ? null : Number(found);
  });
  const credentials = await makeCredentials(port);
  const pid = /** @type {number} */ (child.pid);
  for (const load of LOADS) await compare(port, pid, credentials, load);
} finally {
  await endProcess(child);
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);

/** @param {number} port @returns {Promise<Map<string, string | null>>} */
async function makeCredentials(port) {
  /** @param {string} path @param {object} body @returns {Promise<any>} */
  const ask = async (path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
    return response.json();
  };
  const key = { role_id: "operator", description: "bench", expiry: "never" };
  const rule = {
    type: "topic",
    permissions: ["write"],
    caches: { name: "default" },
    topics: { prefix: TOPIC },
  };
  const token = { expires_in_seconds: 3600, token_id: "bench", permissions: { rules: [rule] } };
  return new Map([
    ["no token", null],
    ["v1 key", (await ask("/api-keys", { ...key, form: "v1" })).api_key],
    ["v2 key", (await ask("/api-keys", key)).api_key],
    ["disposable token", (await ask("/tokens", token)).token],
  ]);
}

/** @param {number} port @param {number} pid @param {Map<string, string | null>} credentials @param {(typeof LOADS)[number]} load */
async function compare(port, pid, credentials, load) {
  /** @type {Map<string, number[]>} */
  const found = new Map([...credentials.keys()].map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, authorization] of credentials) {
      const before = readCpu(pid);
      await runLoad(/** @type {any} */ ({ port, authorization }), TOPIC, payload, load);
      const { cpuUs } = subtractCpu(before, readCpu(pid));
      // The first round warms up.
      if (round > 0) found.get(name)?.push(cpuUs / load.calls);
    }
  }
  const without = /** @type {number[]} */ (found.get("no token"));
  for (const [name, values] of found) {
    const ratio = median(values.map((value, round) => value / /** @type {number} */ (without[round])));
    console.log(
      `${load.inFlight} in flight, ${name}: ${median(values).toFixed(2)} µs, ${ratio.toFixed(3)} ×`,
    );
  }
}
