// Which peers take part in what.

import { PEERS } from "../peers/index.js";

export const ALL = PEERS.map(({ id }) => id);

/** The floors publish to themselves only: they answer nothing, and have no topics. Subito is published to in one way. */
const WITHOUT_PUBLISH = ["c-floor", "node-floor", "subito-websocket"];
export const WITH_PUBLISH = ALL.filter((id) => !WITHOUT_PUBLISH.includes(id));

/** @param {readonly string[]} ids @returns {string[]} those that there are */
function only(ids) {
  return ALL.filter((id) => ids.includes(id));
}

/** Several subscriptions of one connection to one topic; the others give a connection one copy of a message. */
export const MULTIPLEXING = only(["subito", "nats", "grpc-js", "grpc-go", "node-http2", "c-floor"]);

/** Further subscriptions of one connection, to other topics. In nchan its address names what it subscribes to; nothing is added later. */
export const WITH_SUBSCRIPTIONS = only([
  "subito",
  "subito-websocket",
  "redis",
  "nats",
  "centrifugo",
  "mosquitto",
  "grpc-js",
  "grpc-go",
  "node-http2",
  "ws",
  "socket-io",
]);

/** Two that resume, and some that reconnect without. */
export const RECONNECTING = only(["subito", "centrifugo", "redis", "nats", "ws", "socket-io"]);
