// The composition root: builds the server out of its parts, starts them in order, stops them in reverse.

import { type Http2Server, createHttp2Server } from "@subito/http2";
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
import { type LoopDelayGauge, startLoopDelayGauge } from "./kernel/loop-delay.js";
import { type Machine, systemMachine } from "./kernel/machine.js";
import { type Turn, createTurn } from "./kernel/turn.js";
import { Decompressor } from "./rpc/compression.js";
import { VERSION } from "./kernel/version.js";
import { type Metric, toPrometheusText } from "./metering/metric.js";
import { type MetricSources, createMetrics } from "./metering/metrics.js";
import type { HttpHandler } from "./rpc/http-message.js";
import type { MethodTable } from "./rpc/methods.js";
import { RequestMemory } from "./rpc/request-memory.js";
import { type Topics, createTopics } from "./topics/topics.js";
import { createCaller } from "./transports/grpc/caller.js";
import { createMethodTable } from "./transports/grpc/services.js";
import { createApiKeyRoutes } from "./transports/http/api-keys.js";
import { createHttpCaller } from "./transports/http/caller.js";
import { createHealthRoutes } from "./transports/http/health.js";
import { createMetricsRoutes } from "./transports/http/metrics.js";
import { createHttpHandler } from "./transports/http/routes.js";
import { createTopicRoutes } from "./transports/http/topics.js";
import { ConnectionCounts } from "./transports/listener/connection-counts.js";
import { createHttp1Server } from "./transports/listener/http1.js";
import { Http2Counts } from "./transports/listener/http2-counts.js";
import { createHttp2Requests } from "./transports/listener/http2-requests.js";
import { type Listener, startListener } from "./transports/listener/listener.js";

/** What tests put in place of the real world. */
export interface ServerOverrides {
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly machine?: Machine;
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
    return await startOn(engine, config, { clock, log, machine: overrides.machine ?? systemMachine });
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** The world outside, as it is or as a test has it. */
type World = Required<ServerOverrides>;

async function startOn(engine: EmbeddedEngine, config: Config, world: World): Promise<RunningServer> {
  const { limits } = config;
  const { clock, log } = world;
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
  let metrics: readonly Metric[] = [];
  const handleHttp = createHttpHandler(
    [
      ...createHealthRoutes(() => ready),
      ...createTopicRoutes({ topics, caller: httpCaller, turn, clock, pollTimeoutMs: limits.pollTimeoutMs }),
      ...createApiKeyRoutes(apiKeys, httpCaller),
      ...createMetricsRoutes(() => toPrometheusText(metrics), httpCaller),
    ],
    onInternalError,
  );
  const methods = createMethodTable({
    topics,
    caches: createCaches(engine.catalog),
    caller: createCaller(authenticator),
    limits,
  });
  const port = await listen(config, { clock, log, turn, methods, handleHttp, onInternalError });
  const { listener } = port;
  const loopDelay = startLoopDelayGauge(clock);
  metrics = createMetrics(toSources(engine, topics, port, { loopDelay, machine: world.machine }));
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
      loopDelay.close();
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

/** The listener, with what counts there. */
interface Port {
  readonly listener: Listener;
  readonly http2: Http2Server;
  readonly http2Counts: Http2Counts;
  readonly requestMemory: RequestMemory;
}

async function listen(config: Config, parts: ListenParts): Promise<Port> {
  const { clock, log, turn, methods, handleHttp, onInternalError } = parts;
  const { limits } = config;
  const requestMemory = new RequestMemory(limits.requestBytesTotalMax);
  const counts = new ConnectionCounts();
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
  const http1 = createHttp1Server({
    handle: handleHttp,
    memory: requestMemory,
    counts,
    limits: {
      bodyBytesMax: limits.bodyBytesMax,
      headerBytesMax: limits.http1HeaderBytesMax,
      headersTimeoutMs: limits.http1HeadersTimeoutMs,
      requestTimeoutMs: limits.http1RequestTimeoutMs,
      keepAliveTimeoutMs: limits.http1KeepAliveTimeoutMs,
    },
  });
  const { host, port, prefaceTimeoutMs } = config;
  const listener = await startListener({ host, port, http2, http1, counts, clock, log, prefaceTimeoutMs });
  return { listener, http2, http2Counts, requestMemory };
}

function toSources(
  engine: EmbeddedEngine,
  topics: Topics,
  { listener, http2, http2Counts, requestMemory }: Port,
  { loopDelay, machine }: { readonly loopDelay: LoopDelayGauge; readonly machine: Machine },
): MetricSources {
  return {
    version: VERSION,
    machine,
    loopDelay: () => loopDelay.read(),
    connections: () => listener.connections(),
    connectionsAccepted: () => listener.counts.accepted,
    connectionsRefused: () => listener.counts.refused,
    http2ConnectionErrors: () => http2Counts.connectionErrors,
    http2StreamErrors: () => http2Counts.streamErrors,
    http1Errors: () => listener.counts.http1Errors,
    requestsRefused: () => ({
      request_bytes: requestMemory.refused,
      subscriptions_max: topics.counts.subscriptionsRefused,
    }),
    requestBytes: () => requestMemory.bytes,
    outboxBytes: () => http2.outboxBudget.bytes,
    subscriptions: () => topics.subscriptionCount(),
    topics: () => engine.topicStats().topics,
    ringBytes: () => engine.topicStats().ringBytes,
    itemsPublished: () => topics.counts.itemsPublished,
    itemsDelivered: () => topics.counts.itemsDelivered,
    discontinuities: () => topics.counts.discontinuities,
  };
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
