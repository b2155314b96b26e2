// A process of its own that connects and subscribes many clients as fast as the server lets it, and says how that went.

import net from "node:net";
import process from "node:process";
import { HOST } from "../peers/peer.js";
import { readNowNs } from "../wire/stamp.js";
import { Histogram } from "./histogram.js";
import { createSubscriberProtocol } from "./protocols/protocol.js";

/**
 * @typedef {object} StormRequest
 * @property {import("../peers/peer.js").Target} target
 * @property {number} payloadBytes
 * @property {string} topic
 * @property {number} connections
 * @property {number} connectingAtOnce  the next one begins when one of these is subscribed
 * @property {number} timeoutMs  after this, who is not subscribed has failed
 *
 * @typedef {object} StormResult
 * @property {number} subscribed
 * @property {number} failed
 * @property {number} wallMs  until the last one was subscribed, or failed
 * @property {number} p99Ms  from connect until subscribed, of one client
 * @property {string} error  of one that failed
 */

const receiveBuffer = Buffer.allocUnsafe(256 * 1024);

/**
 * @param {StormRequest} request @param {number} deadlineMs  performance.now()
 * @returns {Promise<string | null>} why it failed, or null once it is subscribed; the connection stays open
 */
function connectOne({ target, payloadBytes, topic }, deadlineMs) {
  const protocol = createSubscriberProtocol({ target, payloadBytes, recorder: null });
  return new Promise((resolve) => {
    const onread = {
      buffer: receiveBuffer,
      /** @param {number} length @param {Uint8Array} buffer */
      callback: (length, buffer) => {
        const answer = protocol.feed(buffer, length);
        if (answer !== null) socket.write(answer);
        if (protocol.error !== null || protocol.ready > 0) end(protocol.error);
        return true;
      },
    };
    const socket = net.connect({ host: HOST, port: target.port, noDelay: true, onread });
    const timer = setTimeout(() => end("not subscribed in time"), deadlineMs - performance.now());
    /** @param {string | null} reason */
    const end = (reason) => {
      clearTimeout(timer);
      resolve(reason);
    };
    socket.on("error", (error) => end(error.message));
    socket.on("close", () => end("the server closed the connection"));
    socket.on("connect", () => socket.write(Buffer.concat([protocol.hello(), protocol.subscribe(topic)])));
  });
}

/** @param {StormRequest} request @returns {Promise<StormResult>} */
async function runStorm(request) {
  const start = performance.now();
  const times = new Histogram();
  const result = { subscribed: 0, failed: 0, wallMs: 0, p99Ms: 0, error: "" };
  let started = 0;
  const work = async () => {
    while (started < request.connections) {
      started += 1;
      const startNs = readNowNs();
      const error = await connectOne(request, start + request.timeoutMs);
      times.record(readNowNs() - startNs);
      if (error === null) result.subscribed += 1;
      else {
        result.failed += 1;
        result.error = error;
      }
    }
  };
  await Promise.all(Array.from({ length: request.connectingAtOnce }, work));
  return { ...result, wallMs: performance.now() - start, p99Ms: times.percentileUs(0.99) / 1000 };
}

process.once("message", async (message) => {
  process.send?.(await runStorm(/** @type {StormRequest} */ (message)));
});
process.on("disconnect", () => process.exit(0));
