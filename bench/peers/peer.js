// The one shape that every peer has, and how a started server is handed to the drivers.

/**
 * Where and how to reach a running server.
 * @typedef {object} Target
 * @property {number} port  on 127.0.0.1
 * @property {"http2" | "redis" | "nats" | "mqtt" | "centrifugo" | "nchan" | "ws" | "socket-io" | "subito-websocket"} subscribeProtocol
 * @property {"grpc" | "redis" | "nats" | "mqtt" | "centrifugo" | "nchan" | "ws" | "socket-io" | "floor"} publishProtocol
 * @property {string | null} authorization  value of the `authorization` header of gRPC calls
 * @property {"sequence-and-page" | "offset-and-epoch"} [resume]  how a client that comes back says what it has; left out where it cannot
 */

/**
 * @typedef {object} RunningPeer
 * @property {number} pid  the process whose CPU time and memory count
 * @property {Target} target
 * @property {() => Promise<void>} stop
 */

/**
 * @typedef {object} Peer
 * @property {string} id  as in --only
 * @property {string} label
 * @property {string | null} tool  the program that must be installed, null for none
 * @property {boolean} toolRequired  its absence makes the run incomplete (exit code 77)
 * @property {() => Promise<void>} [prepare]  builds or looks for what else is needed, once; the error says what is missing
 * @property {boolean} [slowToBuild]  left out of --small unless --only names it
 * @property {number} fanoutDeliveriesMax  a run is made shorter rather than ask for more deliveries than this
 * @property {() => string} version
 * @property {() => Promise<RunningPeer>} start
 * @property {() => Promise<RunningPeer>} [startResumable]  with what it needs for clients to resume, where that costs extra
 */

export const HOST = "127.0.0.1";
