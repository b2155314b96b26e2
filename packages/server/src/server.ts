// The composition root: builds the server out of its parts, starts them in order, stops them in reverse.

import { formatCredential } from "./auth/api-key.js";
import { type Access, createAccess } from "./composition/access.js";
import { toEndpoint, toUrls } from "./composition/addresses.js";
import { toMetricSources } from "./composition/metric-sources.js";
import { watchMemory } from "./composition/memory.js";
import { openPort } from "./composition/port.js";
import type { WebSocketRole } from "./composition/web-sockets.js";
import type { Config } from "./config/config.js";
import type { NewApiKey } from "./control/api-keys.js";
import { createCaches } from "./control/caches.js";
import { type EmbeddedEngine, startEmbeddedEngine } from "./engines/embedded/engine.js";
import { type Clock, systemClock } from "./kernel/clock.js";
import { ServiceError } from "./kernel/errors.js";
import type { Logger } from "./kernel/log.js";
import { startLoopDelayGauge } from "./kernel/loop-delay.js";
import { type Machine, systemMachine } from "./kernel/machine.js";
import { type Turn, afterTurn, createTurn } from "./kernel/turn.js";
import { type Metric, toPrometheusText } from "./metering/metric.js";
import { createMetrics } from "./metering/metrics.js";
import { createGrpcWebHandler } from "./rpc/grpc-web/web-handler.js";
import type { HttpHandler } from "./rpc/http-message.js";
import type { MethodTable } from "./rpc/methods.js";
import type { WebSocketApplication } from "./rpc/websocket-application.js";
import { type Topics, createTopics } from "./topics/topics.js";
import { createCaller } from "./transports/grpc/caller.js";
import { createMethodTable } from "./transports/grpc/services.js";
import { createApiKeyRoutes } from "./transports/http/api-keys.js";
import { createHttpCaller } from "./transports/http/caller.js";
import { errorResponse } from "./transports/http/error-map.js";
import { createHealthRoutes } from "./transports/http/health.js";
import { createMetricsRoutes } from "./transports/http/metrics.js";
import { refuseOrigin, withOrigins } from "./transports/http/origins.js";
import { createRoleRoutes } from "./transports/http/roles.js";
import { createHttpHandler } from "./transports/http/routes.js";
import { createTokenRoutes } from "./transports/http/tokens.js";
import { createTopicRoutes } from "./transports/http/topics.js";
import { createSseRoutes } from "./transports/sse/routes.js";
import type { Listener } from "./transports/listener/listener.js";
import { createTlsFiles } from "./transports/listener/tls-files.js";
import { type TlsReloader, startTlsReloader } from "./transports/listener/tls-reloader.js";
import { createWebSocketApplication } from "./transports/websocket/application.js";

/** The log, and what tests put in place of the real world. */
export interface ServerOverrides {
  readonly log: Logger;
  readonly clock?: Clock;
  readonly machine?: Machine;
  /** Answers WebSockets in place of the JSON protocol. */
  readonly webSockets?: WebSocketApplication;
}

export interface RunningServer {
  /** As the socket has it: the port that was taken when 0 was asked for. */
  readonly host: string;
  /** Undefined: there is no plaintext port. */
  readonly port: number | undefined;
  /** Undefined: there is no TLS port. */
  readonly tlsPort: number | undefined;
  /** For clients on this machine: of the plaintext port, and of the TLS port by a name that its certificate has. */
  readonly url: string | undefined;
  readonly tlsUrl: string | undefined;
  /** The first API key, in the form SDKs take, when this start has made it. It is kept nowhere. */
  readonly firstApiKey: string | undefined;
  /** Takes `firstApiKey` back, as if it had not been made; rejects when the catalog cannot be written. */
  withdrawFirstApiKey(): Promise<void>;
  /** Reads the certificate and its key again, without TLS nothing; what is wrong with them is logged, and the old ones stay. */
  reloadCertificate(): Promise<void>;
  /** Stops in order: no new connections, calls under way finish, subscriptions end with UNAVAILABLE. Resolves when all is closed. */
  close(): Promise<void>;
}

/** Starts a server; rejects when its data directory or its address cannot be had. */
export async function startServer(config: Config, overrides: ServerOverrides): Promise<RunningServer> {
  const clock = overrides.clock ?? systemClock;
  const { log } = overrides;
  // First, so that a wrong path leaves no data directory behind.
  const certificates =
    config.tls && (await startTlsReloader({ files: createTlsFiles(config.tls), clock, log }));
  try {
    const engine = await startEmbeddedEngine({ dataDir: config.dataDir, clock, limits: config.limits, log });
    try {
      const world = { ...overrides, clock, machine: overrides.machine ?? systemMachine };
      return await startOn(engine, certificates, config, world);
    } catch (error) {
      await engine.close();
      throw error;
    }
  } catch (error) {
    certificates?.close();
    throw error;
  }
}

/** The world outside, as it is or as a test has it. */
type World = Required<Omit<ServerOverrides, "webSockets">> & Pick<ServerOverrides, "webSockets">;

async function startOn(
  engine: EmbeddedEngine,
  certificates: TlsReloader | undefined,
  config: Config,
  world: World,
): Promise<RunningServer> {
  const { limits } = config;
  const { clock, log, machine } = world;
  const turn = createTurn(afterTurn, limits.writesPerTurnMax);
  const topics = createTopics({
    engine: engine.topics,
    turn,
    clock,
    limits,
    heartbeatMs: config.heartbeatMs,
    freshWindowMs: config.freshWindowMs,
  });
  let endpoint = "";
  const access = createAccess({ catalog: engine.catalog, config, clock, log, endpoint: () => endpoint });
  const onInternalError = (error: ServiceError): void => log.error({ error: error.cause }, "a call failed");

  const pressure = watchMemory(config, world);
  let ready = false;
  let metrics: readonly Metric[] = [];
  const methods = createMethodTable({
    ...{ ...access, topics, clock, limits, endpoint: () => endpoint },
    caches: createCaches(engine.catalog),
    caller: createCaller(access.authenticator),
  });
  const webParts: WebParts = { topics, access, turn, methods, onInternalError };
  const handleHttp = createWebHandler(config, world, webParts, {
    unready: () => (!ready ? "it starts or stops" : pressure.isHigh ? "memory is short" : undefined),
    readMetrics: () => metrics,
    endpoint: () => endpoint,
  });
  const serverPort = await openPort(config, {
    ...{ pressure, machine, certificates, clock, log, turn, methods, handleHttp, onInternalError },
    webSockets: toWebSocketRole(config, world, webParts),
  });
  const { listener } = serverPort;
  endpoint = toEndpoint(config, listener, certificates);
  // Not before it listens: a start that fails shows no key, and the next one would make none.
  const firstKey = await createFirstKey(access, listener);
  const loopDelay = startLoopDelayGauge(clock);
  metrics = createMetrics(toMetricSources(engine, topics, serverPort, access, { loopDelay, machine }));
  ready = true;
  const { host, port, tlsPort } = listener;
  log.info({ host, port, tlsPort, auth: config.auth }, "listening");
  let closing: Promise<void> | undefined;
  return {
    ...{ host, port, tlsPort },
    ...toUrls(config, listener, certificates),
    firstApiKey: firstKey && formatCredential({ endpoint, apiKey: firstKey.token }),
    withdrawFirstApiKey: async () => firstKey && access.apiKeys.withdraw(firstKey),
    reloadCertificate: async () => certificates?.reload(),
    close() {
      ready = false;
      loopDelay.close();
      pressure.close();
      certificates?.close();
      access.close();
      return (closing ??= stop(listener, topics, engine, config, log));
    },
  };
}

/** What is asked for by plain HTTP and by gRPC-Web, also from web pages. */
function createWebHandler(
  { limits, allowedOrigins }: Config,
  { clock }: World,
  { topics, access, turn, methods, onInternalError }: WebParts,
  late: WebLateParts,
): HttpHandler {
  const { jsonBodyBytesMax, pollTimeoutMs, topicsPerStreamMax } = limits;
  const { endpoint } = late;
  const caller = createHttpCaller(access.authenticator);
  const handleApi = createHttpHandler(
    [
      ...createHealthRoutes(late.unready),
      ...createTopicRoutes({ topics, caller, turn, clock, pollTimeoutMs }),
      ...createSseRoutes({ topics, caller, topicsPerStreamMax }),
      ...createApiKeyRoutes({ ...access, caller, jsonBodyBytesMax, endpoint }),
      ...createRoleRoutes(access.roles, caller, jsonBodyBytesMax),
      ...createTokenRoutes({ ...access, caller, jsonBodyBytesMax, endpoint }),
      ...createMetricsRoutes(() => toPrometheusText(late.readMetrics()), caller),
    ],
    onInternalError,
  );
  const handleGrpcWeb = createGrpcWebHandler({ methods, clock, limits, onInternalError });
  return withOrigins(allowedOrigins, (request) => handleGrpcWeb(request) ?? handleApi(request));
}

interface WebParts {
  readonly topics: Topics;
  readonly access: Access;
  readonly turn: Turn;
  readonly methods: MethodTable;
  readonly onInternalError: (error: ServiceError) => void;
}

/** What is known only when the server listens. */
interface WebLateParts {
  /** Why no new work is taken; undefined: it is. */
  readonly unready: () => string | undefined;
  readonly readMetrics: () => readonly Metric[];
  readonly endpoint: () => string;
}

function toWebSocketRole(
  { allowedOrigins, limits }: Config,
  { webSockets }: World,
  { topics, access: { authenticator }, onInternalError }: WebParts,
): WebSocketRole {
  const { webSocketSubscriptionsMax } = limits;
  return {
    application:
      webSockets ??
      createWebSocketApplication({ topics, authenticator, webSocketSubscriptionsMax, onInternalError }),
    refuseOrigin: (origin) => refuseOrigin(allowedOrigins, origin),
    toErrorResponse: errorResponse,
  };
}

async function createFirstKey({ apiKeys }: Access, listener: Listener): Promise<NewApiKey | undefined> {
  try {
    return await apiKeys.createFirst();
  } catch (error) {
    await listener.finishShutdown(0);
    throw error;
  }
}

async function stop(
  listener: Listener,
  topics: Topics,
  engine: EmbeddedEngine,
  config: Config,
  log: Logger,
): Promise<void> {
  const subscriptions = topics.subscriptionCount();
  log.info({ graceMs: config.shutdownGraceMs, subscriptions }, "shutting down");
  listener.beginShutdown();
  topics.close(new ServiceError("unavailable", "The server is shutting down; connect again."));
  await listener.finishShutdown(config.shutdownGraceMs);
  await engine.close();
  log.info({}, "stopped");
}
