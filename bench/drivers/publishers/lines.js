// Publishers for Redis, NATS and MQTT, whose commands differ in nothing but the stamp.

import { toRedisCommand } from "../protocols/redis.js";
import { toMqttConnect, toMqttPublish } from "../../wire/mqtt-packets.js";
import { createMessages } from "./messages.js";
import { connectSocket, publishTo } from "./socket.js";

/** @typedef {import("./publisher.js").Publisher} Publisher */
/** @typedef {import("./publisher.js").PublisherOptions} PublisherOptions */

/** @param {PublisherOptions} options @returns {Promise<Publisher>} */
export async function connectRedisPublisher({ target, topic, payload, stamped }) {
  const socket = await connectSocket(target.port);
  const command = toRedisCommand(["PUBLISH", topic, payload.toString()]);
  return publishTo(socket, createMessages(command, payload, stamped), (chunk) => {
    const at = chunk.indexOf("-");
    return { error: at === -1 ? null : chunk.toString("latin1", at) };
  });
}

/** @param {PublisherOptions} options @returns {Promise<Publisher>} */
export async function connectNatsPublisher({ target, topic, payload, stamped }) {
  const socket = await connectSocket(target.port);
  socket.write('CONNECT {"verbose":false,"pedantic":false}\r\n');
  const start = Buffer.from(`PUB ${topic} ${payload.length}\r\n`);
  const command = Buffer.concat([start, payload, Buffer.from("\r\n")]);
  return publishTo(socket, createMessages(command, payload, stamped), (chunk) => {
    const text = chunk.toString("latin1");
    return {
      error: text.includes("-ERR") ? text.trim() : null,
      answer: text.includes("PING\r\n") ? Buffer.from("PONG\r\n") : undefined,
    };
  });
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
