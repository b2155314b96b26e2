// Server CPU time per delivery over a matrix of subscribers and message sizes, on one server that is warmed up once.

import { runDeliveries } from "./delivery-run.js";
import { toEmptySamples } from "./sample.js";
import { openSession, warmUp } from "./session.js";

/** @typedef {import("./sample.js").Bench} Bench */
/** @typedef {import("./sample.js").Sample} Sample */
/** @typedef {import("../peers/peer.js").Peer} Peer */
/** @typedef {{ perSecond: number, messages: number }} Rate */

/**
 * @typedef {object} Cell
 * @property {string} measure
 * @property {import("./session.js").Shape} shape
 * @property {Rate} rate
 */

/** Of the messages of a cell, those that go before and do not count. */
const WARM_SHARE = 0.2;

/** @param {Peer} peer @param {number} perMessage @param {number} messages @returns {number} */
function limitMessages(peer, perMessage, messages) {
  return Math.max(1, Math.floor(Math.min(messages, peer.fanoutDeliveriesMax / perMessage)));
}

/**
 * @param {Peer} peer @param {import("../peers/peer.js").RunningPeer} server @param {Cell} cell @param {Bench} bench
 * @returns {Promise<Sample>}
 */
async function measureCell(peer, server, { measure, shape, rate }, bench) {
  const session = await openSession(server, shape);
  try {
    const messages = limitMessages(peer, session.perMessage, rate.messages);
    const warmMessages = Math.ceil(messages * WARM_SHARE);
    await warmUp(session, { ...rate, messages: warmMessages }, bench);
    const run = await runDeliveries(session, { ...rate, messages }, bench.quietMs);
    return {
      measure,
      peer: peer.id,
      value: run.delivered === 0 ? null : run.cpuUs / run.delivered,
      deliveredShare: run.delivered / run.expected,
      note: run.note,
      detail: run.detail,
    };
  } finally {
    await session.close();
  }
}

/** Compiles the code of the server's hot path. @param {Peer} peer @param {Rate} rate @param {Bench} bench */
async function startWarm(peer, rate, bench) {
  const server = await peer.start();
  try {
    const session = await openSession(server, { connections: 10, streams: 1, payloadBytes: 128 });
    const messages = limitMessages(peer, session.perMessage, rate.messages);
    await warmUp(session, { ...rate, messages }, bench);
    await session.close();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/**
 * A cell that fails has no figure and says why; the next one has a new server.
 * @param {Peer} peer @param {readonly Cell[]} cells @param {Rate} warm  on ten connections
 * @param {Bench} bench
 * @returns {Promise<Sample[]>}
 */
export async function measureFanoutMatrix(peer, cells, warm, bench) {
  const samples = [];
  let server = await startWarm(peer, warm, bench);
  try {
    for (const cell of cells) {
      try {
        samples.push(await measureCell(peer, server, cell, bench));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        samples.push(...toEmptySamples([cell.measure], peer.id, `FAILED: ${reason}`));
        await server.stop();
        server = await startWarm(peer, warm, bench);
      }
    }
    return samples;
  } finally {
    await server.stop();
  }
}
