// The server's ports put together: HTTP/2 and HTTP/1.1 on one listener, with TLS and without.

import { type Http2Server, createHttp2Server } from "@subito/http2";
import type { Config } from "../config/config.js";
import type { Clock } from "../kernel/clock.js";
import type { ServiceError } from "../kernel/errors.js";
import { randomSeed } from "../kernel/ids.js";
import type { Logger } from "../kernel/log.js";
import type { Machine } from "../kernel/machine.js";
import type { Turn } from "../kernel/turn.js";
import { Decompressor } from "../rpc/compression.js";
import type { HttpHandler } from "../rpc/http-message.js";
import type { MethodTable } from "../rpc/methods.js";
import { RequestMemory } from "../rpc/request-memory.js";
import { Admission, type Pressure } from "../transports/listener/admission.js";
import { ConnectionCounts } from "../transports/listener/connection-counts.js";
import { type Http1Limits, createHttp1Server } from "../transports/listener/http1.js";
import { Http2Counts } from "../transports/listener/http2-counts.js";
import { createHttp2Requests } from "../transports/listener/http2-requests.js";
import { type Listener, startListener } from "../transports/listener/listener.js";
import { LoadShedding } from "../transports/listener/load-shedding.js";
import { ReadBudget } from "../transports/listener/read-budget.js";
import type { TlsReloader } from "../transports/listener/tls-reloader.js";
import { type WebSocketRole, type WebSockets, besideWebSockets, createWebSockets } from "./web-sockets.js";

export interface PortParts {
  readonly pressure: Pressure;
  readonly machine: Machine;
  readonly certificates: TlsReloader | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly turn: Turn;
  readonly methods: MethodTable;
  readonly handleHttp: HttpHandler;
  readonly webSockets: WebSocketRole;
  readonly onInternalError: (error: ServiceError) => void;
}

/** The listener, with what counts there. */
export interface ServerPort {
  readonly listener: Listener;
  readonly http2: Http2Server;
  readonly http2Counts: Http2Counts;
  readonly webSockets: WebSockets;
  readonly requestMemory: RequestMemory;
  readonly shedding: LoadShedding;
}

/** Of the descriptors, what is left for files, pipes and the listening sockets. */
const OTHER_DESCRIPTORS = 64;

function fitToDescriptors(connectionsMax: number, descriptorsMax = Infinity): number {
  return Math.min(connectionsMax, Math.max(1, descriptorsMax - OTHER_DESCRIPTORS));
}

function tellOfDescriptors(config: Config, { descriptorsMax }: Machine, log: Logger): void {
  const { connectionsMax, isConnectionsMaxGiven } = config;
  const fitting = fitToDescriptors(connectionsMax, descriptorsMax);
  if (fitting === connectionsMax) return;
  if (isConnectionsMaxGiven) {
    log.warn(
      { connectionsMax, descriptorsMax, fitting },
      "fewer connections are taken than configured: this process may not have so many descriptors (ulimit -n)",
    );
  } else {
    log.info(
      { connectionsMax: fitting, descriptorsMax },
      "as many connections are taken as this process may have descriptors for (ulimit -n)",
    );
  }
}

/** Listens; rejects when an address cannot be had. */
export async function openPort(config: Config, parts: PortParts): Promise<ServerPort> {
  const { pressure, machine, certificates, clock, log, turn, methods, onInternalError } = parts;
  const { limits } = config;
  const requestMemory = new RequestMemory(limits.requestBytesTotalMax);
  const counts = new ConnectionCounts();
  const admission = new Admission({
    ...{ clock, pressure },
    tlsHandshakesMax: limits.tlsHandshakesMax,
    tlsHandshakesPerAddressMax: limits.tlsHandshakesPerAddressMax,
    loopbackReserveMax: limits.loopbackReserveMax,
    acceptsPerSecondMax: config.acceptsPerSecondMax,
    connectionsMax: fitToDescriptors(config.connectionsMax, machine.descriptorsMax),
  });
  const shedding: LoadShedding = new LoadShedding(() => {
    if (pressure.isHigh) return "memory";
    const isSpent = http2.outboxBudget.isSpent || webSockets.server.outboxBudget.isSpent;
    return isSpent ? "outbox" : undefined;
  });
  const webSockets: WebSockets = createWebSockets(config, parts.webSockets, {
    ...{ clock, log, turn, memory: requestMemory, shedding, onInternalError },
  });
  const handleHttp = besideWebSockets(parts.handleHttp);
  const http2Counts = new Http2Counts();
  const http2 = createHttp2Server({
    turn,
    monotonicMs: () => clock.monotonicMs(),
    seed: randomSeed(),
    limits: { prefaceTimeoutMs: config.prefaceTimeoutMs, idleTimeoutMs: config.idleTimeoutMs },
    onRequest: createHttp2Requests({
      methods,
      handleHttp,
      bodyBytesMax: limits.bodyBytesMax,
      shedding,
      grpc: {
        turn,
        clock,
        messageBytesMax: limits.messageBytesMax,
        decompressor: new Decompressor(limits),
        requestMemory,
        onInternalError,
      },
    }),
    onStreamError: (fault) => http2Counts.streamErrors[fault]++,
    onConnectionError: (fault, reason, cause) => {
      http2Counts.connectionErrors[fault]++;
      if (cause === undefined) log.debug({ fault }, `a peer broke HTTP/2: ${reason}`);
      else log.error({ error: cause }, "a connection failed");
    },
  });
  const { upgrades } = webSockets;
  const reads = new ReadBudget({ limits, monotonicMs: () => clock.monotonicMs() });
  const http1 = createHttp1Server({
    handle: handleHttp,
    memory: requestMemory,
    ...{ counts, shedding, reads, webSockets: upgrades, limits: toHttp1Limits(config) },
  });
  const { host, port, prefaceTimeoutMs } = config;
  const tls = config.tls && certificates && { port: config.tls.port, certificates };
  const listener = await startListener({
    tlsHandshakesPerTurnMax: limits.tlsHandshakesPerTurnMax,
    ...{ host, port, tls, http2, http1, counts, admission, reads, clock, log, prefaceTimeoutMs },
    webSockets: upgrades,
  });
  // Not before it listens: a start that fails has something else to say.
  tellOfDescriptors(config, machine, log);
  return { listener, http2, http2Counts, webSockets, requestMemory, shedding };
}

function toHttp1Limits({ limits, heartbeatMs }: Config): Http1Limits {
  return {
    bodyBytesMax: limits.bodyBytesMax,
    headerBytesMax: limits.http1HeaderBytesMax,
    headersTimeoutMs: limits.http1HeadersTimeoutMs,
    requestTimeoutMs: limits.http1RequestTimeoutMs,
    keepAliveTimeoutMs: limits.http1KeepAliveTimeoutMs,
    // An answer that goes on has nothing to say between two heartbeats.
    stallTimeoutMs: Math.max(limits.http1StallTimeoutMs, 2 * heartbeatMs),
  };
}
