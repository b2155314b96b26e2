// Publishers for Redis, NATS and MQTT, whose commands differ in nothing but the stamp.

import { toRedisCommand } from "../protocols/redis.js";
import { toMqttConnect, toMqttPublish } from "../../wire/mqtt-packets.js";
import { createCounter } from "./counter.js";
import { createMessages } from "./messages.js";
import { connectSocket, publishTo } from "./socket.js";

/** @typedef {import("./publisher.js").Publisher} Publisher */
/** @typedef {import("./publisher.js").PublisherOptions} PublisherOptions */

const COLON = 0x3a;
const PONG = "PONG\r\n";

/** @param {Buffer} chunk @returns {number} how many integers the replies in it are; each begins with a colon */
function countIntegers(chunk) {
  let count = 0;
  for (const byte of chunk) if (byte === COLON) count += 1;
  return count;
}

/** @param {PublisherOptions} options @returns {Promise<Publisher>} */
export async function connectRedisPublisher({ target, topic, payload, stamped }) {
  const socket = await connectSocket(target.port);
  const command = toRedisCommand(["PUBLISH", topic, payload.toString()]);
  const messages = createMessages(command, payload, stamped);
  const onData = (/** @type {Buffer} */ chunk) => {
    const at = chunk.indexOf("-");
    return { error: at === -1 ? null : chunk.toString("latin1", at), answered: countIntegers(chunk) };
  };
  return publishTo(socket, messages, onData, { answers: true });
}

/** The PING behind each message brings a PONG once the server has taken it. @param {PublisherOptions} options @returns {Promise<Publisher>} */
export async function connectNatsPublisher({ target, topic, payload, stamped, answered }) {
  const socket = await connectSocket(target.port);
  socket.write('CONNECT {"verbose":false,"pedantic":false}\r\n');
  const start = Buffer.from(`PUB ${topic} ${payload.length}\r\n`);
  const command = Buffer.concat([start, payload, Buffer.from(answered ? "\r\nPING\r\n" : "\r\n")]);
  const countPongs = createCounter(PONG);
  const onData = (/** @type {Buffer} */ chunk) => {
    const text = chunk.toString("latin1");
    return {
      error: text.includes("-ERR") ? text.trim() : null,
      answer: text.includes("PING\r\n") ? Buffer.from(PONG) : undefined,
      answered: countPongs(text),
    };
  };
  return publishTo(socket, createMessages(command, payload, stamped), onData, { answers: answered });
}

/** @param {PublisherOptions} options @returns {Promise<Publisher>} */
export async function connectMqttPublisher({ target, topic, payload, stamped }) {
  const socket = await connectSocket(target.port);
  socket.write(toMqttConnect());
  // A broker answers nothing to QoS 0; what it refuses it answers by closing.
  return publishTo(socket, createMessages(toMqttPublish(topic, payload), payload, stamped), (chunk) => {
    return { error: chunk.length >= 4 && chunk[3] !== 0 ? `CONNACK with code ${chunk[3]}` : null };
  });
}
