// HTTP/1.1: node:http parses, our handlers answer.

import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { Socket } from "node:net";
import {
  type BodySource,
  type HttpHandler,
  type HttpResponse,
  jsonResponse,
} from "../../rpc/http-message.js";
import type { RequestMemory } from "../../rpc/request-memory.js";
import type { ConnectionCounts, Http1Fault } from "./connection-counts.js";
import { Http1Body } from "./http1-body.js";
import { beginRequest, parseByBudget } from "./http1-reading.js";
import { Http1Stream } from "./http1-stream.js";
import { countHosts, fieldOf, parseTarget } from "./http1-target.js";
import { type LoadShedding, SERVER_IS_FULL } from "./load-shedding.js";
import type { ReadBudget } from "./read-budget.js";
import { BODY_TOO_LARGE, TOO_MANY_REQUESTS_HELD } from "./refused-bodies.js";
import { upgradableBy } from "./upgradable-request.js";
import type { WebSocketUpgrades } from "./websocket-upgrade.js";

export interface Http1Limits {
  readonly bodyBytesMax: number;
  readonly headerBytesMax: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly stallTimeoutMs: number;
}

/** How often time limits are looked at. */
const CHECK_INTERVAL_MS = 1000;

/** An HTTP/1.1 server without a port. */
export interface Http1Server {
  /** Serves a connection of which nothing has been read. */
  serve(socket: Socket): void;
  /** Connections without a request are closed, the others after their answer. */
  beginShutdown(): void;
  /** Cuts every connection. */
  destroy(): void;
  /** Stops looking after connections, once there are none any more. */
  close(): void;
}

/** What HTTP/1.1 requests need of the process. */
export interface Http1Environment {
  readonly handle: HttpHandler;
  readonly limits: Http1Limits;
  /** Where bodies are counted, beside those of HTTP/2. */
  readonly memory: RequestMemory;
  readonly counts: ConnectionCounts;
  readonly shedding: LoadShedding;
  readonly reads: ReadBudget;
  /** Undefined: no request leaves HTTP. */
  readonly webSockets: WebSocketUpgrades | undefined;
}

export function createHttp1Server(environment: Http1Environment): Http1Server {
  const { limits, counts, reads, webSockets } = environment;
  let closing = false;
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      // Node would answer by itself, without a body and uncounted: below it is refused in words.
      requireHostHeader: false,
      ...(webSockets && { IncomingMessage: upgradableBy((request) => webSockets.isWanted(request)) }),
    },
    (request, response) => {
      if (request.socket.destroyed) return;
      beginRequest(request, response);
      void serve(request, response, environment, () => closing);
    },
  );
  // Without this Node answers such a request itself, and goes on behind a body that was not read.
  server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
    beginRequest(request, response);
    counts.http1Errors.bad_request++;
    refuseBody(response, jsonResponse(417, EXPECTATION_FAILED));
  });
  // Node keeps its list of connections, which time limits and closing idle ones need, only from this event on; a server
  // that is handed its sockets never has it otherwise.
  server.emit("listening");
  // A peer that takes nothing of its answer: nothing else would ever end that.
  server.setTimeout(limits.stallTimeoutMs, (socket) => {
    counts.http1Errors.stalled++;
    socket.destroy();
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // A peer that resets its connection has done nothing against HTTP.
    if (!socket.writable || error.code === "ECONNRESET") return;
    const [fault, status] = CLIENT_ERRORS[error.code ?? ""] ?? BAD_REQUEST;
    counts.http1Errors[fault]++;
    const body = JSON.stringify({ code: "BadRequest", message: `${status.slice(4)}.` });
    socket.end(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
  if (webSockets !== undefined) {
    server.on("upgrade", (request, socket: Socket, head) => {
      // The bytes of an answer are under way: the one to the handshake would overtake them.
      if (socket.writableLength > 0) {
        counts.http1Errors.pipelining++;
        socket.destroy();
      } else {
        webSockets.begin(request, socket, head);
      }
    });
  }
  return {
    serve(socket) {
      server.emit("connection", socket);
      parseByBudget(socket, reads);
    },
    beginShutdown() {
      closing = true;
      server.closeIdleConnections();
    },
    destroy: () => server.closeAllConnections(),
    close: () => void server.close(),
  };
}

const EXPECTATION_FAILED = {
  code: "ExpectationFailed",
  message: "Nothing but 100-continue can be expected.",
};
const HOST_NEEDED = { code: "BadRequest", message: "A request has one header field Host." };
const BAD_REQUEST: readonly [Http1Fault, string] = ["bad_request", "400 Bad Request"];
/** What node:http has against a request, as we count it and as we answer. */
const CLIENT_ERRORS: Readonly<Record<string, readonly [Http1Fault, string]>> = {
  HPE_HEADER_OVERFLOW: ["header_overflow", "431 Request Header Fields Too Large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["timeout", "408 Request Timeout"],
};

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  environment: Http1Environment,
  isClosing: () => boolean,
): Promise<void> {
  const { limits, counts, memory } = environment;
  if (incoming.httpVersion !== "1.1") {
    counts.http1Errors.version_not_supported++;
    outgoing.shouldKeepAlive = false;
    send(
      outgoing,
      jsonResponse(505, { code: "HttpVersionNotSupported", message: "HTTP/1.1 or HTTP/2 is needed." }),
    );
    return;
  }
  if (environment.shedding.refuses(incoming.method ?? "", incoming.url ?? "")) {
    refuseBody(outgoing, jsonResponse(503, SERVER_IS_FULL));
    return;
  }
  if (countHosts(incoming) !== 1) {
    counts.http1Errors.bad_request++;
    refuseBody(outgoing, jsonResponse(400, HOST_NEEDED));
    return;
  }
  const body = new Http1Body(memory, limits.bodyBytesMax);
  const outcome = await body.read(incoming);
  try {
    switch (outcome) {
      case "complete":
        await answer(incoming, outgoing, body.take(), environment, isClosing);
        break;
      case "too-large":
        counts.http1Errors.body_too_large++;
        refuseBody(outgoing, jsonResponse(413, BODY_TOO_LARGE));
        break;
      case "no-memory":
        refuseBody(outgoing, jsonResponse(503, TOO_MANY_REQUESTS_HELD));
        break;
      case "gone":
        break;
    }
  } finally {
    body.release();
  }
}

/** The rest of the body is not read: the connection cannot be used again. */
function refuseBody(outgoing: ServerResponse, response: HttpResponse): void {
  outgoing.shouldKeepAlive = false;
  send(outgoing, response);
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  body: Uint8Array,
  { handle }: Http1Environment,
  isClosing: () => boolean,
): Promise<void> {
  const response = await handle({
    method: incoming.method ?? "",
    ...parseTarget(incoming),
    metadata: { get: (name) => fieldOf(incoming, name) },
    address: incoming.socket.remoteAddress ?? "",
    body,
    onAborted: (callback) => {
      const look = (): void => {
        if (!outgoing.writableFinished) callback();
      };
      if (outgoing.closed) look();
      else outgoing.once("close", look);
    },
  });
  if (isClosing()) outgoing.shouldKeepAlive = false;
  if (response.body instanceof Uint8Array) send(outgoing, response);
  else if (outgoing.destroyed) response.body.close();
  else if (incoming.method === "HEAD") sendHead(outgoing, response, response.body);
  else {
    const { socket } = incoming;
    // Its header fields may have said long ago that the connection stays: a request that came on it would be refused.
    outgoing.once("finish", () => {
      if (isClosing()) socket.destroySoon();
    });
    new Http1Stream(outgoing, response.body).start(response);
  }
}

/** Without a body, and without a length: what is asked about has none. */
function sendHead(outgoing: ServerResponse, { status, headers }: HttpResponse, body: BodySource): void {
  body.close();
  for (const [name, value] of headers) outgoing.setHeader(name, value);
  outgoing.writeHead(status);
  outgoing.end();
}

function send(outgoing: ServerResponse, response: HttpResponse): void {
  if (outgoing.destroyed || !(response.body instanceof Uint8Array)) return;
  // Statuses without a body carry no length either (RFC 9110 8.6).
  if (response.status !== 204) outgoing.setHeader("content-length", response.body.length);
  for (const [name, value] of response.headers) outgoing.setHeader(name, value);
  outgoing.writeHead(response.status);
  outgoing.end(response.body);
}
