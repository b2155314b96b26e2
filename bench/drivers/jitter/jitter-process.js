// A process of its own with the clients of the jitter test. First message: connect them and begin to drop them; second: stop
// that, wait for what is still to come, and say what has arrived.

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Histogram } from "../histogram.js";
import { JitterClient } from "./jitter-client.js";

/**
 * @typedef {object} JitterRequest
 * @property {import("../../peers/peer.js").Target} target
 * @property {number} payloadBytes
 * @property {string} topic
 * @property {number} clients
 * @property {number} periodMs  each client is dropped once in so long, at a point of its own
 * @property {number} awayMs  and comes back after so long
 *
 * @typedef {{ published: number, quietMs: number }} FinishRequest
 *
 * @typedef {object} JitterResult
 * @property {number} received  different messages, all clients together
 * @property {number} duplicates
 * @property {number} drops
 * @property {number} toldLosses  times that a client was told that it has missed something
 * @property {number} replayed  messages that came after having been missed
 * @property {number} replayP99Ms  from when the client begins to connect again until it has such a message
 * @property {string[]} errors
 */

const CONNECTING_AT_ONCE = 50;
const POLL_MS = 20;

/** The first messages come before anyone is dropped, so that everybody has a place to go on from. */
const FIRST_DROP_MS = 500;

const replays = new Histogram();
/** @type {JitterClient[]} */
let clients = [];
/** @type {Promise<void>[]} */
let loops = [];
let isOver = false;

/** @param {JitterClient} client @param {JitterRequest} request @param {number} firstMs */
async function dropAgainAndAgain(client, { periodMs, awayMs }, firstMs) {
  await sleep(firstMs);
  while (!isOver) {
    client.drop();
    await sleep(awayMs);
    // A client that fails keeps its reason; what it does not receive counts.
    await client.connect().catch(() => undefined);
    for (let waited = 0; waited < periodMs - awayMs && !isOver; waited += POLL_MS) await sleep(POLL_MS);
  }
}

/** @param {JitterRequest} request @returns {Promise<{ connected: number }>} */
async function begin(request) {
  const { target, payloadBytes, topic, periodMs } = request;
  clients = Array.from(
    { length: request.clients },
    () => new JitterClient({ target, payloadBytes }, topic, replays),
  );
  for (let at = 0; at < clients.length; at += CONNECTING_AT_ONCE)
    await Promise.all(clients.slice(at, at + CONNECTING_AT_ONCE).map((client) => client.connect()));
  loops = clients.map((client, at) => {
    const phaseMs = (periodMs * at) / clients.length;
    return dropAgainAndAgain(client, request, FIRST_DROP_MS + phaseMs);
  });
  return { connected: clients.length };
}

function countReceived() {
  return clients.reduce((sum, { recorder }) => sum + recorder.seen.size, 0);
}

/** @param {FinishRequest} request @returns {Promise<JitterResult>} */
async function finish({ published, quietMs }) {
  isOver = true;
  await Promise.all(loops);
  let last = -1;
  let lastChange = performance.now();
  while (countReceived() < published * clients.length && performance.now() - lastChange < quietMs) {
    if (countReceived() !== last) lastChange = performance.now();
    last = countReceived();
    await sleep(POLL_MS);
  }
  const sum = (/** @type {(client: JitterClient) => number} */ of) =>
    clients.reduce((total, client) => total + of(client), 0);
  return {
    received: countReceived(),
    duplicates: sum(({ recorder }) => recorder.duplicates),
    drops: sum(({ drops }) => drops),
    toldLosses: sum(({ toldLosses, protocol }) => toldLosses + (protocol?.lost ?? 0)),
    replayed: replays.total,
    replayP99Ms: replays.percentileUs(0.99) / 1000,
    errors: [...new Set(clients.flatMap(({ error }) => (error === null ? [] : [error])))],
  };
}

process.on("message", async (/** @type {any} */ message) => {
  const answer = "published" in message ? await finish(message) : await begin(message);
  process.send?.(answer);
});
process.on("disconnect", () => process.exit(0));
