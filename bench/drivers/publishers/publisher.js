// Connects the publisher that a peer needs.

import { connectFloorPublisher } from "./floor.js";
import { connectGrpcPublisher } from "./grpc.js";
import { connectNatsPublisher, connectRedisPublisher } from "./lines.js";

/**
 * @typedef {object} Publisher
 * @property {(count: number) => void} publish  sends `count` more messages in one write
 * @property {() => string | null} error  why some were refused, or null
 * @property {() => void} close
 */

/**
 * @param {import("../../peers/peer.js").Target} target @param {string} topic @param {Buffer} payload
 * @returns {Promise<Publisher>}
 */
export function connectPublisher(target, topic, payload) {
  switch (target.publishProtocol) {
    case "grpc":
      return connectGrpcPublisher(target, topic, payload);
    case "redis":
      return connectRedisPublisher(target, topic, payload);
    case "nats":
      return connectNatsPublisher(target, topic, payload);
    case "floor":
      return connectFloorPublisher(target, payload);
  }
}
