// Connects the publisher that a peer needs.

import { connectFloorPublisher } from "./floor.js";
import { connectGrpcPublisher } from "./grpc.js";
import { connectCentrifugoPublisher, connectNchanPublisher } from "./http.js";
import { connectMqttPublisher, connectNatsPublisher, connectRedisPublisher } from "./lines.js";
import { connectSocketIoPublisher, connectWsPublisher } from "./websocket.js";

/** @typedef {import("./messages.js").Schedule} Schedule */

/**
 * @typedef {object} Publisher
 * @property {(count: number, schedule: Schedule) => void} publish  sends `count` more messages in one write
 * @property {((listener: (count: number) => void) => void) | null} onAnswers  calls back with how many messages the server has
 *   just answered; null where it answers none
 * @property {() => string | null} error  why some were refused, or null
 * @property {() => void} close
 */

/**
 * @typedef {object} PublisherOptions
 * @property {import("../../peers/peer.js").Target} target
 * @property {string} topic
 * @property {Buffer} payload  of every message
 * @property {boolean} stamped  the first bytes of each payload are a stamp (wire/stamp.js) instead
 * @property {boolean} answered  an answer to each message is wanted, and asked for where the protocol gives none by itself
 */

/**
 * @param {import("../../peers/peer.js").Target} target @param {string} topic @param {Buffer} payload
 * @param {{ stamped?: boolean, answered?: boolean }} [more]
 * @returns {Promise<Publisher>}
 */
export function connectPublisher(target, topic, payload, { stamped = false, answered = false } = {}) {
  const options = { target, topic, payload, stamped, answered };
  switch (target.publishProtocol) {
    case "grpc":
      return connectGrpcPublisher(options);
    case "redis":
      return connectRedisPublisher(options);
    case "nats":
      return connectNatsPublisher(options);
    case "floor":
      return connectFloorPublisher(options);
    case "mqtt":
      return connectMqttPublisher(options);
    case "centrifugo":
      return connectCentrifugoPublisher(options);
    case "nchan":
      return connectNchanPublisher(options);
    case "ws":
      return connectWsPublisher(options);
    case "socket-io":
      return connectSocketIoPublisher(options);
  }
}
