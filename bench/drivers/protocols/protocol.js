// What a subscriber connection needs to know of a protocol, and which peers speak which.

import { Http2Subscriber } from "./http2.js";
import { NatsSubscriber } from "./nats.js";
import { RedisSubscriber } from "./redis.js";

/**
 * One connection's side of a protocol. It owns no socket: bytes go in and out.
 * @typedef {object} SubscriberProtocol
 * @property {number} delivered  messages received (whole ones; a fraction would mean a torn one)
 * @property {number} lost  times the server said that messages are missing
 * @property {number} ready  subscriptions that the server has confirmed
 * @property {string | null} error
 * @property {() => Buffer} hello  the first bytes on a new connection
 * @property {(topic: string) => Buffer} subscribe  the bytes of one more subscription
 * @property {(buffer: Uint8Array, length: number) => Buffer | null} feed  takes received bytes, gives bytes to answer
 */

/**
 * @param {import("../../peers/peer.js").Target} target @param {number} payloadBytes
 * @returns {SubscriberProtocol}
 */
export function createSubscriberProtocol(target, payloadBytes) {
  switch (target.subscribeProtocol) {
    case "http2":
      return new Http2Subscriber(target);
    case "redis":
      return new RedisSubscriber(target, payloadBytes);
    case "nats":
      return new NatsSubscriber(target, payloadBytes);
  }
}
