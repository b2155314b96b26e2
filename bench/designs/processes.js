// What several processes behind one port would cost: `node bench/designs/processes.js`. Decision 0010 quotes it.
// N Subito processes share the subscribers. Each message is published to all of them, as a bus would do, and the first, which would
// number the messages, has one subscriber more for each of the others. What is printed is the CPU time of all of them together.

import process from "node:process";
import { runDeliveries } from "../measure/delivery-run.js";
import { openSession, warmUp } from "../measure/session.js";
import { subito } from "../peers/subito.js";
import { median } from "../report/statistics.js";

const PROCESS_COUNTS = [1, 2, 4];
const ROUNDS = 3;
const PAYLOAD_BYTES = 128;
const QUIET_MS = 4_000;
const WARM_SECONDS = 2;

const LOADS = [
  { subscribers: 1_000, perSecond: 100, seconds: 4 },
  { subscribers: 8, perSecond: 2_000, seconds: 3 },
];

/** @param {number} processes @param {(typeof LOADS)[number]} load @returns {Promise<number>} µs for each delivery to a subscriber */
async function measure(processes, { subscribers, perSecond, seconds }) {
  const servers = await Promise.all(Array.from({ length: processes }, () => subito.start()));
  try {
    const sessions = [];
    for (const [at, server] of servers.entries()) {
      const ofTheBus = at === 0 ? processes - 1 : 0;
      const connections = subscribers / processes + ofTheBus;
      sessions.push(await openSession(server, { connections, streams: 1, payloadBytes: PAYLOAD_BYTES }));
    }
    const bench = { quietMs: QUIET_MS, settleMs: 500 };
    for (const session of sessions)
      await warmUp(session, { perSecond, messages: perSecond * WARM_SECONDS }, /** @type {any} */ (bench));
    const messages = perSecond * seconds;
    const runs = await Promise.all(
      sessions.map((session) => runDeliveries(session, { perSecond, messages }, QUIET_MS)),
    );
    for (const session of sessions) await session.close();
    return runs.reduce((sum, { cpuUs }) => sum + cpuUs, 0) / (messages * subscribers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

for (const load of LOADS) {
  /** @type {Map<number, number[]>} */
  const found = new Map(PROCESS_COUNTS.map((count) => [count, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const count of PROCESS_COUNTS) found.get(count)?.push(await measure(count, load));
  for (const [count, values] of found) {
    const line = `${load.subscribers} subscribers, ${load.perSecond} msg/s, ${count} processes`;
    console.log(`${line}: ${median(values).toFixed(2)} µs of CPU for a delivery, all processes together`);
  }
}
process.exit(0);
