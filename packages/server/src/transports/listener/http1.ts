// HTTP/1.1: node:http parses, our handlers answer.

import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { Socket } from "node:net";
import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  splitTarget,
} from "../../rpc/http-message.js";
import { BODY_TOO_LARGE } from "./refused-bodies.js";

export interface Http1Limits {
  readonly bodyBytesMax: number;
  readonly headerBytesMax: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
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

export function createHttp1Server(handle: HttpHandler, limits: Http1Limits): Http1Server {
  let closing = false;
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
    (request, response) => {
      void serve(request, response, handle, limits, () => closing);
    },
  );
  // Node keeps its list of connections, which time limits and closing idle ones need, only from this event on; a server
  // that is handed its sockets never has it otherwise.
  server.emit("listening");
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable) return;
    const tooLarge = error.code === "HPE_HEADER_OVERFLOW";
    const timeout = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
    const status = tooLarge
      ? "431 Request Header Fields Too Large"
      : timeout
        ? "408 Request Timeout"
        : "400 Bad Request";
    const body = JSON.stringify({ code: "BadRequest", message: `${status.slice(4)}.` });
    socket.end(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
  return {
    serve: (socket) => void server.emit("connection", socket),
    beginShutdown() {
      closing = true;
      server.closeIdleConnections();
    },
    destroy: () => server.closeAllConnections(),
    close: () => void server.close(),
  };
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handle: HttpHandler,
  limits: Http1Limits,
  isClosing: () => boolean,
): Promise<void> {
  if (incoming.httpVersion !== "1.1") {
    outgoing.shouldKeepAlive = false;
    send(
      outgoing,
      jsonResponse(505, { code: "HttpVersionNotSupported", message: "HTTP/1.1 or HTTP/2 is needed." }),
    );
    return;
  }
  const body = await readBody(incoming, limits.bodyBytesMax);
  if (body === "gone") return;
  if (body === "too-large") {
    // The rest of the body is not read: the connection cannot be used again.
    outgoing.shouldKeepAlive = false;
    send(outgoing, jsonResponse(413, BODY_TOO_LARGE));
    return;
  }
  const response = await handle({
    method: incoming.method ?? "",
    ...parseTarget(incoming),
    metadata: { get: (name) => firstValue(incoming.headers[name]) },
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
  send(outgoing, response);
}

/** A target may name the host itself, as for a proxy: then Host does not count (RFC 9112 3.2.2). */
function parseTarget({
  url = "",
  headers,
}: IncomingMessage): Pick<HttpRequest, "path" | "query" | "authority"> {
  const [, authority, rest = ""] = /^https?:\/\/([^/?]*)(.*)$/i.exec(url) ?? [];
  if (authority === undefined) return { ...splitTarget(url), authority: headers.host };
  return { ...splitTarget(rest.startsWith("/") ? rest : `/${rest}`), authority };
}

function firstValue(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function send(outgoing: ServerResponse, response: HttpResponse): void {
  if (outgoing.destroyed) return;
  // Statuses without a body carry no length either (RFC 9110 8.6).
  if (response.status !== 204) outgoing.setHeader("content-length", response.body.length);
  for (const [name, value] of response.headers) outgoing.setHeader(name, value);
  outgoing.writeHead(response.status);
  outgoing.end(response.body);
}

function readBody(incoming: IncomingMessage, bytesMax: number): Promise<Uint8Array | "too-large" | "gone"> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    incoming.on("data", (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > bytesMax) {
        incoming.pause();
        resolve("too-large");
      } else {
        pieces.push(piece);
      }
    });
    incoming.on("end", () => resolve(Buffer.concat(pieces)));
    incoming.on("error", () => resolve("gone"));
    incoming.on("close", () => resolve("gone"));
  });
}
