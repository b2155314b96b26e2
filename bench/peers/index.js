// The peers, in the order of the table.

import { cFloor } from "./c-floor.js";
import { centrifugo } from "./centrifugo.js";
import { grpcGo } from "./grpc-go.js";
import { grpcJs } from "./grpc-js.js";
import { mosquitto } from "./mosquitto.js";
import { nats } from "./nats.js";
import { nchan } from "./nchan.js";
import { nodeFloor } from "./node-floor.js";
import { nodeHttp2 } from "./node-http2.js";
import { redis } from "./redis.js";
import { socketIo } from "./socket-io.js";
import { subito, subitoWebSocket } from "./subito.js";
import { ws } from "./ws.js";

/** @type {readonly import("./peer.js").Peer[]} */
export const PEERS = [
  subito,
  subitoWebSocket,
  redis,
  nats,
  centrifugo,
  mosquitto,
  nchan,
  grpcGo,
  grpcJs,
  nodeHttp2,
  ws,
  socketIo,
  cFloor,
  nodeFloor,
];
