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
import { findEndpointName, findHostName } from "./transports/listener/tls-credentials.js";
import { createTlsFiles } from "./transports/listener/tls-files.js";
import { type TlsReloader, startTlsReloader } from "./transports/listener/tls-reloader.js";

/** What tests put in place of the real world. */
export interface ServerOverrides {
  readonly clock?: Clock;
  readonly log?: Logger;
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
  /** Reads the certificate and its key again, without TLS nothing; what is wrong with them is logged, and the old ones stay. */
  reloadCertificate(): Promise<void>;
  /** Stops in order: no new connections, calls under way finish, subscriptions end with UNAVAILABLE. Resolves when all is closed. */
  close(): Promise<void>;
}

/** Starts a server; rejects when its data directory or its address cannot be had. */
export async function startServer(config: Config, overrides: ServerOverrides = {}): Promise<RunningServer> {
  const clock = overrides.clock ?? systemClock;
  const log = overrides.log ?? createLogger({ level: config.logLevel });
  // First, so that a wrong path leaves no data directory behind.
  const certificates =
    config.tls && (await startTlsReloader({ files: createTlsFiles(config.tls), clock, log }));
  try {
    const engine = await startEmbeddedEngine({ dataDir: config.dataDir, clock, limits: config.limits, log });
    try {
      return await startOn(engine, certificates, config, clock, log);
    } catch (error) {
      await engine.close();
      throw error;
    }
  } catch (error) {
    certificates?.close();
    throw error;
  }
}

async function startOn(
  engine: EmbeddedEngine,
  certificates: TlsReloader | undefined,
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
  const parts = { certificates, clock, log, turn, methods, handleHttp, onInternalError };
  const listener = await listen(config, parts);
  ready = true;
  const { host, port, tlsPort } = listener;
  log.info({ host, port, tlsPort, auth: config.auth }, "listening");

  let closing: Promise<void> | undefined;
  return {
    ...{ host, port, tlsPort },
    url: port === undefined ? undefined : `http://${bracket(localHost(config.host))}:${port}`,
    tlsUrl:
      certificates &&
      `https://${bracket(findHostName(certificates.credentials, localHost(config.host)))}:${tlsPort}`,
    firstApiKey:
      firstKey &&
      formatCredential({ endpoint: toEndpoint(config, listener, certificates), apiKey: firstKey.token }),
    async reloadCertificate() {
      await certificates?.reload();
    },
    close() {
      ready = false;
      certificates?.close();
      return (closing ??= stop(listener, topics, engine, config, log));
    },
  };
}

interface ListenParts {
  readonly certificates: TlsReloader | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly turn: Turn;
  readonly methods: MethodTable;
  readonly handleHttp: HttpHandler;
  readonly onInternalError: (error: ServiceError) => void;
}

function listen(config: Config, parts: ListenParts): Promise<Listener> {
  const { certificates, clock, log, turn, methods, handleHttp, onInternalError } = parts;
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
  const tls = config.tls && certificates && { port: config.tls.port, certificates };
  return startListener({ host, port, tls, http2, http1, clock, log, prefaceTimeoutMs });
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

const HTTPS_PORT = 443;

/** What the API keys carry: as configured, or what SDKs can use with the certificate, or the address that clients on this machine use. */
function toEndpoint(config: Config, listener: Listener, certificates: TlsReloader | undefined): string {
  if (config.endpoint !== undefined) return config.endpoint;
  const { port, tlsPort } = listener;
  const name = certificates && findEndpointName(certificates.credentials);
  if (name !== undefined) return tlsPort === HTTPS_PORT ? name : `${name}:${tlsPort}`;
  return `${bracket(localHost(config.host))}:${port ?? tlsPort}`;
}

/** Where clients on this machine reach a server that listens on `host`. */
function localHost(host: string): string {
  return host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
}

function bracket(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
