// The composition root: builds the server out of its parts, starts them in order, stops them in reverse.

import { createHttp2Server } from "@subito/http2";
import { formatCredential } from "./auth/api-key.js";
import { createAuthenticator } from "./auth/authenticate.js";
import type { Config } from "./config/config.js";
import { createApiKeys } from "./control/api-keys.js";
import { createCaches } from "./control/caches.js";
import { type EmbeddedEngine, startEmbeddedEngine } from "./engines/embedded/engine.js";
import { type Clock, systemClock } from "./kernel/clock.js";
import { ServiceError } from "./kernel/errors.js";
import { randomSeed } from "./kernel/ids.js";
import { type Logger, createLogger } from "./kernel/log.js";
import { type Turn, createTurn } from "./kernel/turn.js";
import { Decompressor } from "./rpc/compression.js";
import type { HttpHandler } from "./rpc/http-message.js";
import type { MethodTable } from "./rpc/methods.js";
import { type Topics, createTopics } from "./topics/topics.js";
import { createCaller } from "./transports/grpc/caller.js";
import { createMethodTable } from "./transports/grpc/services.js";
import { createApiKeyRoutes } from "./transports/http/api-keys.js";
import { createHttpCaller } from "./transports/http/caller.js";
import { createHealthRoutes } from "./transports/http/health.js";
import { createHttpHandler } from "./transports/http/routes.js";
import { createTopicRoutes } from "./transports/http/topics.js";
import { createHttp1Server } from "./transports/listener/http1.js";
import { createHttp2Requests } from "./transports/listener/http2-requests.js";
import { type Listener, startListener } from "./transports/listener/listener.js";

/** What tests put in place of the real world. */
export interface ServerOverrides {
  readonly clock?: Clock;
  readonly log?: Logger;
}

export interface RunningServer {
  /** As the socket has it: the port that was taken when 0 was asked for. */
  readonly host: string;
  readonly port: number;
  /** The first API key, in the form SDKs take, when this start has made it. It is kept nowhere. */
  readonly firstApiKey: string | undefined;
  /** Stops in order: no new connections, calls under way finish, subscriptions end with UNAVAILABLE. Resolves when all is closed. */
  close(): Promise<void>;
}

/** Starts a server; rejects when its data directory or its address cannot be had. */
export async function startServer(config: Config, overrides: ServerOverrides = {}): Promise<RunningServer> {
  const clock = overrides.clock ?? systemClock;
  const log = overrides.log ?? createLogger({ level: config.logLevel });
  const engine = await startEmbeddedEngine({ dataDir: config.dataDir, clock, limits: config.limits, log });
  try {
    return await startOn(engine, config, clock, log);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function startOn(
  engine: EmbeddedEngine,
  config: Config,
  clock: Clock,
  log: Logger,
): Promise<RunningServer> {
  const { limits } = config;
  const turn = createTurn();
  const topics = createTopics({
    engine: engine.topics,
    turn,
    clock,
    limits,
    heartbeatMs: config.heartbeatMs,
    freshWindowMs: config.freshWindowMs,
  });
  const authenticator = createAuthenticator({ catalog: engine.catalog, clock, mode: config.auth, limits });
  const apiKeys = createApiKeys({
    catalog: engine.catalog,
    clock,
    onRevoked: (id) => authenticator.forgetKey(id),
  });
  const firstKey = await apiKeys.createFirst();
  const onInternalError = (error: ServiceError): void => log.error({ error: error.cause }, "a call failed");

  let ready = false;
  const httpCaller = createHttpCaller(authenticator);
  const handleHttp = createHttpHandler(
    [
      ...createHealthRoutes(() => ready),
      ...createTopicRoutes({ topics, caller: httpCaller, turn, clock, pollTimeoutMs: limits.pollTimeoutMs }),
      ...createApiKeyRoutes(apiKeys, httpCaller),
    ],
    onInternalError,
  );
  const methods = createMethodTable({
    topics,
    caches: createCaches(engine.catalog),
    caller: createCaller(authenticator),
    limits,
  });
  const listener = await listen(config, { clock, log, turn, methods, handleHttp, onInternalError });
  ready = true;
  log.info({ host: listener.host, port: listener.port, auth: config.auth }, "listening");

  let closing: Promise<void> | undefined;
  return {
    host: listener.host,
    port: listener.port,
    firstApiKey:
      firstKey && formatCredential({ endpoint: toEndpoint(config.host, listener), apiKey: firstKey.token }),
    close() {
      ready = false;
      return (closing ??= stop(listener, topics, engine, config, log));
    },
  };
}

interface ListenParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly turn: Turn;
  readonly methods: MethodTable;
  readonly handleHttp: HttpHandler;
  readonly onInternalError: (error: ServiceError) => void;
}

function listen(config: Config, parts: ListenParts): Promise<Listener> {
  const { clock, log, turn, methods, handleHttp, onInternalError } = parts;
  const { limits } = config;
  const http2 = createHttp2Server({
    turn,
    monotonicMs: () => clock.monotonicMs(),
    seed: randomSeed(),
    limits: { prefaceTimeoutMs: config.prefaceTimeoutMs, idleTimeoutMs: config.idleTimeoutMs },
    onRequest: createHttp2Requests({
      methods,
      handleHttp,
      bodyBytesMax: limits.bodyBytesMax,
      grpc: {
        turn,
        clock,
        messageBytesMax: limits.messageBytesMax,
        decompressor: new Decompressor(limits),
        requestMemory: { bytes: 0, bytesMax: limits.requestBytesTotalMax },
        onInternalError,
      },
    }),
    onConnectionError: (code, reason, cause) => {
      if (cause === undefined) log.debug({ code }, `a peer broke HTTP/2: ${reason}`);
      else log.error({ error: cause }, "a connection failed");
    },
  });
  const http1 = createHttp1Server(handleHttp, {
    bodyBytesMax: limits.bodyBytesMax,
    headerBytesMax: limits.http1HeaderBytesMax,
    headersTimeoutMs: limits.http1HeadersTimeoutMs,
    requestTimeoutMs: limits.http1RequestTimeoutMs,
    keepAliveTimeoutMs: limits.http1KeepAliveTimeoutMs,
  });
  const { host, port, prefaceTimeoutMs } = config;
  return startListener({ host, port, http2, http1, clock, log, prefaceTimeoutMs });
}

async function stop(
  listener: Listener,
  topics: Topics,
  engine: EmbeddedEngine,
  config: Config,
  log: Logger,
): Promise<void> {
  log.info({ graceMs: config.shutdownGraceMs }, "shutting down");
  listener.beginShutdown();
  topics.close(new ServiceError("unavailable", "The server is shutting down; connect again."));
  await listener.finishShutdown(config.shutdownGraceMs);
  await engine.close();
  log.info({}, "stopped");
}

/** The address that clients on this machine use. */
function toEndpoint(host: string, listener: Listener): string {
  const isAnywhere = host === "0.0.0.0" || host === "::";
  const name = isAnywhere ? "127.0.0.1" : host;
  return `${name.includes(":") ? `[${name}]` : name}:${listener.port}`;
}
