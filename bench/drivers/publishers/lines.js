// Publishers for Redis and NATS, whose commands are the same bytes every time.

import { toRedisCommand } from "../protocols/redis.js";
import { connectSocket, repeatBytes } from "./socket.js";

/** @typedef {import("./publisher.js").Publisher} Publisher */
/** @typedef {import("../../peers/peer.js").Target} Target */

/**
 * @param {import("node:net").Socket} socket @param {Buffer} command
 * @param {(text: string) => string | null} answerTo  what to write back to received text
 * @returns {Publisher}
 */
function createLinePublisher(socket, command, answerTo) {
  /** @type {string | null} */
  let error = null;
  socket.on("error", (cause) => (error ??= cause.message));
  socket.on("data", (chunk) => {
    const text = chunk.toString("latin1");
    if (text.includes("-ERR")) error ??= text.trim();
    const answer = answerTo(text);
    if (answer !== null) socket.write(answer);
  });
  return {
    publish: (count) => void socket.write(repeatBytes(command, count)),
    error: () => error,
    close: () => socket.destroy(),
  };
}

/** @param {Target} target @param {string} topic @param {Buffer} payload @returns {Promise<Publisher>} */
export async function connectRedisPublisher(target, topic, payload) {
  const socket = await connectSocket(target.port);
  return createLinePublisher(socket, toRedisCommand(["PUBLISH", topic, payload.toString()]), () => null);
}

/** @param {Target} target @param {string} topic @param {Buffer} payload @returns {Promise<Publisher>} */
export async function connectNatsPublisher(target, topic, payload) {
  const socket = await connectSocket(target.port);
  socket.write('CONNECT {"verbose":false,"pedantic":false}\r\n');
  const command = Buffer.concat([
    Buffer.from(`PUB ${topic} ${payload.length}\r\n`),
    payload,
    Buffer.from("\r\n"),
  ]);
  return createLinePublisher(socket, command, (text) => (text.includes("PING\r\n") ? "PONG\r\n" : null));
}
