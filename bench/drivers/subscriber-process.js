// A process of its own that holds the subscriber connections, told what to do over IPC by subscribers.js.

import net from "node:net";
import process from "node:process";
import { HOST } from "../peers/peer.js";
import { createSubscriberProtocol } from "./protocols/protocol.js";
import { LatencyRecorder } from "./stamp-reader.js";

/**
 * @typedef {{ protocol: import("./protocols/protocol.js").SubscriberProtocol, socket: net.Socket }} Connection
 *
 * @typedef {object} OpenRequest
 * @property {import("../peers/peer.js").Target} target
 * @property {number} payloadBytes
 * @property {number} connections
 * @property {string[]} topics
 * @property {boolean} latency  read the stamps of what comes on these connections
 *
 * @typedef {object} ProcessCounts
 * @property {number} delivered
 * @property {number} deliveredMin  by one connection
 * @property {number} deliveredMax
 * @property {number} lost
 * @property {number} ready
 * @property {string[]} errors
 * @property {Uint32Array | null} latencyCounts  of the histogram; null when no stamps are read
 */

const CONNECTING_AT_ONCE = 64;
const RECEIVE_BYTES = 256 * 1024;

/** One receive buffer serves every socket: each read is parsed before the next one starts. */
const receiveBuffer = Buffer.allocUnsafe(RECEIVE_BYTES);

/** @type {Connection[]} */
const connections = [];

/** @type {LatencyRecorder | null} */
let sharedRecorder = null;

/** @param {OpenRequest} request @returns {Promise<void>} */
function openConnection({ target, payloadBytes, topics, latency }) {
  const recorder = latency ? (sharedRecorder ??= new LatencyRecorder()) : null;
  const protocol = createSubscriberProtocol({ target, payloadBytes, recorder });
  const onread = {
    buffer: receiveBuffer,
    /** @param {number} length @param {Uint8Array} buffer */
    callback: (length, buffer) => {
      recorder?.beginRead();
      const answer = protocol.feed(buffer, length);
      if (answer !== null) socket.write(answer);
      return true;
    },
  };
  const socket = net.connect({ host: HOST, port: target.port, noDelay: true, onread });
  connections.push({ protocol, socket });
  socket.on("close", () => (protocol.error ??= "the server closed the connection"));
  return new Promise((resolve) => {
    socket.on("error", (error) => {
      protocol.error ??= error.message;
      resolve();
    });
    socket.on("connect", () => {
      socket.write(Buffer.concat([protocol.hello(), ...topics.map((topic) => protocol.subscribe(topic))]));
      resolve();
    });
  });
}

/** @param {OpenRequest} request */
async function openConnections(request) {
  for (let opened = 0; opened < request.connections; opened += CONNECTING_AT_ONCE) {
    const count = Math.min(CONNECTING_AT_ONCE, request.connections - opened);
    await Promise.all(Array.from({ length: count }, () => openConnection(request)));
  }
}

/** @param {string[]} topics */
function addSubscriptions(topics) {
  for (const { protocol, socket } of connections) {
    socket.write(Buffer.concat(topics.map((topic) => protocol.subscribe(topic))));
  }
}

/** @returns {ProcessCounts} */
function countAll() {
  const counts = { delivered: 0, deliveredMin: Infinity, deliveredMax: 0, lost: 0, ready: 0 };
  const errors = new Set();
  for (const { protocol } of connections) {
    const { delivered, lost, ready, error } = protocol;
    counts.delivered += delivered;
    counts.deliveredMin = Math.min(counts.deliveredMin, delivered);
    counts.deliveredMax = Math.max(counts.deliveredMax, delivered);
    counts.lost += lost;
    counts.ready += ready;
    if (error !== null) errors.add(error);
  }
  return { ...counts, errors: [...errors], latencyCounts: sharedRecorder?.histogram.counts ?? null };
}

/** @param {{ id: number, command: string, request: any }} message  one of the requests above, told apart by its command */
async function answer({ id, command, request }) {
  if (command === "open") await openConnections(request);
  else if (command === "add") addSubscriptions(request.topics);
  else if (command === "forget") sharedRecorder?.forget();
  process.send?.({ id, counts: countAll() });
}

process.on("message", (message) => void answer(/** @type {any} */ (message)));
process.on("disconnect", () => process.exit(0));
