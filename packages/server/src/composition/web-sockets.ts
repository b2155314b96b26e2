// The part of the server's ports that WebSockets have: their frames, their handshakes, and what is counted.

import { type WebSocketServer, createWebSocketServer } from "@subito/websocket";
import type { Config } from "../config/config.js";
import type { Clock } from "../kernel/clock.js";
import type { ServiceError } from "../kernel/errors.js";
import type { Logger } from "../kernel/log.js";
import type { Turn } from "../kernel/turn.js";
import type { HttpHandler, WholeResponse } from "../rpc/http-message.js";
import type { RequestMemory } from "../rpc/request-memory.js";
import type { WebSocketApplication } from "../rpc/websocket-application.js";
import type { LoadShedding } from "../transports/listener/load-shedding.js";
import { WEBSOCKET_PATH, noHandshake } from "../transports/listener/websocket-checks.js";
import { WebSocketCounts } from "../transports/listener/websocket-counts.js";
import { WebSocketUpgrades } from "../transports/listener/websocket-upgrade.js";

/** Who answers WebSockets, and how handshakes are refused. */
export interface WebSocketRole {
  readonly application: WebSocketApplication;
  readonly refuseOrigin: (origin: string) => WholeResponse | undefined;
  readonly toErrorResponse: (error: ServiceError) => WholeResponse;
}

export interface WebSocketWorld {
  readonly clock: Clock;
  readonly log: Logger;
  readonly turn: Turn;
  readonly memory: RequestMemory;
  readonly shedding: LoadShedding;
  readonly onInternalError: (error: ServiceError) => void;
}

export interface WebSockets {
  readonly server: WebSocketServer;
  readonly counts: WebSocketCounts;
  readonly upgrades: WebSocketUpgrades;
}

export function createWebSockets(config: Config, role: WebSocketRole, world: WebSocketWorld): WebSockets {
  const { clock, log, turn, memory, shedding, onInternalError } = world;
  const counts = new WebSocketCounts();
  const server = createWebSocketServer({
    turn,
    monotonicMs: () => clock.monotonicMs(),
    memory,
    onConnectionError: (fault, reason, cause) => {
      counts.faults[fault]++;
      if (cause === undefined) log.debug({ fault }, `a WebSocket was ended: ${reason}`);
      else log.error({ error: cause }, "a WebSocket failed");
    },
  });
  const upgrades = new WebSocketUpgrades({
    ...role,
    ...{ server, counts, shedding, onInternalError },
    perAddressMax: config.webSocketsPerAddressMax,
    deflate: config.webSocketCompression,
    stallTimeoutMs: config.limits.http1StallTimeoutMs,
  });
  return { server, counts, upgrades };
}

/** `handle`, but for what comes to the path of WebSockets and is no handshake. */
export function besideWebSockets(handle: HttpHandler): HttpHandler {
  return (request) => (request.path === WEBSOCKET_PATH ? Promise.resolve(noHandshake) : handle(request));
}
