// What a subscriber connection needs to know of a protocol, and which peers speak which.

import { CentrifugoSubscriber } from "./centrifugo.js";
import { Http2Subscriber } from "./http2.js";
import { MqttSubscriber } from "./mqtt.js";
import { NatsSubscriber } from "./nats.js";
import { NchanSubscriber } from "./nchan.js";
import { RedisSubscriber } from "./redis.js";
import { SocketIoSubscriber } from "./socket-io.js";
import { SubitoWebSocketSubscriber } from "./subito-websocket.js";
import { WsSubscriber } from "./ws.js";

/**
 * @typedef {object} SubscriberOptions
 * @property {import("../../peers/peer.js").Target} target
 * @property {number} payloadBytes  of every message
 * @property {import("../stamp-reader.js").LatencyRecorder | null} recorder  takes the stamps; null when they are not wanted
 */

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
 * @param {SubscriberOptions} options
 * @returns {SubscriberProtocol}
 */
export function createSubscriberProtocol(options) {
  switch (options.target.subscribeProtocol) {
    case "http2":
      return new Http2Subscriber(options);
    case "redis":
      return new RedisSubscriber(options);
    case "nats":
      return new NatsSubscriber(options);
    case "mqtt":
      return new MqttSubscriber(options);
    case "centrifugo":
      return new CentrifugoSubscriber(options);
    case "nchan":
      return new NchanSubscriber(options);
    case "ws":
      return new WsSubscriber(options);
    case "subito-websocket":
      return new SubitoWebSocketSubscriber(options);
    case "socket-io":
      return new SocketIoSubscriber(options);
  }
}
