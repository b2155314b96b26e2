// Unary Publish calls per second of server CPU time, driven by h2load as fast as the server goes, one server after the other.

import { runLoad } from "../drivers/h2load.js";
import { readCpu, subtractCpu } from "../system/proc.js";
import { toPayload } from "../wire/pubsub-messages.js";
import { takeTurns } from "./paired.js";
import { TOPIC } from "./sample.js";

/** @typedef {import("../peers/peer.js").Peer} Peer */
/** @typedef {import("./paired.js").RoundSample} RoundSample */

/**
 * @typedef {object} PairedPublishSize
 * @property {number} payloadBytes
 * @property {number} warmCalls
 * @property {number} seconds  about how long each stretch shall take
 * @property {{ id: string, inFlight: number }[]} loads
 */

/**
 * @param {{ peer: Peer, server: import("../peers/peer.js").RunningPeer, calls: number }} lane
 * @param {string} measure @param {number} inFlight @param {Buffer} payload
 * @returns {Promise<import("./sample.js").Sample>}
 */
async function measureCalls({ peer, server, calls }, measure, inFlight, payload) {
  const before = readCpu(server.pid);
  const load = await runLoad(server.target, TOPIC, payload, { calls, inFlight });
  const cpu = subtractCpu(before, readCpu(server.pid));
  return {
    measure,
    peer: peer.id,
    value: cpu.cpuUs === 0 ? null : (calls * 1e6) / cpu.cpuUs,
    deliveredShare: null,
    note: "",
    detail: { ...cpu, calls, inFlight, callsPerSecond: load.callsPerSecond },
  };
}

/**
 * @param {Peer[]} peers @param {PairedPublishSize} size @param {string} measure  the first part of its measures' ids
 * @param {number} rounds
 * @returns {Promise<RoundSample[]>}
 */
export async function measurePairedPublish(
  peers,
  { payloadBytes, warmCalls, seconds, loads },
  measure,
  rounds,
) {
  const payload = toPayload(payloadBytes);
  const servers = [];
  try {
    for (const peer of peers) servers.push({ peer, server: await peer.start() });
    const all = [];
    for (const { id, inFlight } of loads) {
      const lanes = [];
      for (const lane of servers) {
        const { target } = lane.server;
        const warm = await runLoad(target, TOPIC, payload, { calls: warmCalls, inFlight });
        const again = await runLoad(target, TOPIC, payload, { calls: warmCalls, inFlight });
        const perSecond = Math.max(warm.callsPerSecond, again.callsPerSecond);
        lanes.push({ ...lane, calls: Math.max(inFlight, Math.ceil(perSecond * seconds)) });
      }
      all.push(
        ...(await takeTurns(lanes, rounds, async (lane) => [
          await measureCalls(lane, `${measure}-${id}`, inFlight, payload),
        ])),
      );
    }
    return all;
  } finally {
    for (const { server } of servers) await server.stop();
  }
}
