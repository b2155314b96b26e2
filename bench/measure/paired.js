// Servers that stand side by side and are measured in turn, in short stretches: what disturbs the machine disturbs all of a round
// alike, so that a ratio within a round can be trusted more than any figure.

import { runDeliveries } from "./delivery-run.js";
import { toLatencySamples } from "./latency.js";
import { findSaturation } from "./saturation.js";
import { openSession, warmUp } from "./session.js";

/** @typedef {import("./sample.js").Bench} Bench */
/** @typedef {import("./sample.js").Sample} Sample */
/** @typedef {Sample & { round: number }} RoundSample */
/** @typedef {import("./delivery-run.js").Session} Session */
/** @typedef {{ perSecond: number, messages: number }} Rate */

/**
 * @typedef {object} Lane
 * @property {string} measure  the first part of its measures' ids
 * @property {import("../peers/peer.js").Peer} peer
 * @property {import("./session.js").Shape} shape
 */

/** @typedef {Lane & { session: Session }} OpenLane */

/**
 * In each round each lane once; the first of a round moves on by one, so that none always comes after the same neighbour.
 * @template L
 * @param {readonly L[]} lanes @param {number} rounds @param {(lane: L) => Promise<Sample[]>} measure
 * @returns {Promise<RoundSample[]>}
 */
export async function takeTurns(lanes, rounds, measure) {
  /** @type {RoundSample[]} */
  const all = [];
  for (let round = 1; round <= rounds; round++) {
    for (let turn = 0; turn < lanes.length; turn++) {
      const lane = /** @type {L} */ (lanes[(round - 1 + turn) % lanes.length]);
      all.push(...(await measure(lane)).map((sample) => ({ round, ...sample })));
    }
  }
  return all;
}

/**
 * Starts all, hands them over, and stops them whatever happens.
 * @template T
 * @param {readonly Lane[]} lanes @param {Rate} warm @param {Bench} bench @param {(open: OpenLane[]) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withLanes(lanes, warm, bench, use) {
  /** @type {(() => Promise<void>)[]} */
  const closers = [];
  /** @type {OpenLane[]} */
  const open = [];
  try {
    for (const lane of lanes) {
      const server = await lane.peer.start();
      closers.push(server.stop);
      const session = await openSession(server, lane.shape);
      closers.push(session.close);
      await warmUp(session, warm, bench);
      open.push({ ...lane, session });
    }
    return await use(open);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/**
 * Server CPU per delivery, µs.
 * @param {readonly Lane[]} lanes @param {{ warm: Rate, loads: ({ id: string } & Rate)[] }} size
 * @param {number} rounds @param {Bench} bench
 * @returns {Promise<RoundSample[]>}
 */
export function measurePairedCpu(lanes, { warm, loads }, rounds, bench) {
  return withLanes(lanes, warm, bench, async (open) => {
    const all = [];
    for (const load of loads) {
      const samples = await takeTurns(open, rounds, async ({ measure, peer, session }) => {
        const run = await runDeliveries(session, load, bench.quietMs);
        return [
          {
            measure: `${measure}-${load.id}`,
            peer: peer.id,
            value: run.delivered === 0 ? null : run.cpuUs / run.delivered,
            deliveredShare: run.delivered / run.expected,
            note: run.note,
            detail: run.detail,
          },
        ];
      });
      all.push(...samples);
    }
    return all;
  });
}

/**
 * Latency at half of each one's own saturation, and of all at half of the lowest.
 * @param {readonly Lane[]} lanes @param {{ warm: Rate, search: import("./saturation.js").Search, seconds: number }} size
 * @param {{ own: string, same: string }} measures  the first part of their ids
 * @param {number} rounds @param {Bench} bench
 * @returns {Promise<RoundSample[]>}
 */
export function measurePairedLatency(lanes, { warm, search, seconds }, measures, rounds, bench) {
  return withLanes(lanes, warm, bench, async (open) => {
    const rated = [];
    for (const lane of open) {
      const { perSecond } = await findSaturation(lane.session, search, bench.quietMs);
      if (perSecond === 0) throw new Error(`${lane.peer.label} does not keep up at any rate that was tried`);
      rated.push({ ...lane, perSecond });
    }
    const lowest = Math.min(...rated.map(({ perSecond }) => perSecond));
    return takeTurns(rated, rounds, async ({ peer, session, perSecond }) => {
      const samples = [];
      for (const [id, rate] of /** @type {const} */ ([
        [measures.own, perSecond / 2],
        [measures.same, lowest / 2],
      ])) {
        const size = { perSecond: rate, messages: Math.max(1, Math.round(rate * seconds)) };
        const run = await runDeliveries(session, size, bench.quietMs);
        samples.push(...toLatencySamples(id, peer.id, run, ""));
      }
      return samples;
    });
  });
}
