// The peers, in the order of the table.

import { cFloor } from "./c-floor.js";
import { grpcJs } from "./grpc-js.js";
import { nats } from "./nats.js";
import { nodeHttp2 } from "./node-http2.js";
import { redis } from "./redis.js";
import { subito } from "./subito.js";

/** @type {readonly import("./peer.js").Peer[]} */
export const PEERS = [subito, redis, nats, grpcJs, nodeHttp2, cFloor];
