// HTTP/1.1 on the one port: node:http parses, our handlers answer.

import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { type HttpHandler, type HttpResponse, jsonResponse, splitTarget } from "../../rpc/http-message.js";
import { BODY_TOO_LARGE } from "./body-too-large.js";

export interface Http1Limits {
  readonly bodyBytesMax: number;
  readonly headerBytesMax: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
}

/** How often time limits are looked at. */
const CHECK_INTERVAL_MS = 1000;

/** An HTTP/1.1 server without a port: it is handed sockets by `emit("connection", socket)`. */
export function createHttp1Server(handle: HttpHandler, limits: Http1Limits): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
    (request, response) => {
      void serve(request, response, handle, limits);
    },
  );
  // Node keeps its list of connections, which time limits and closeIdleConnections() need, only from this event on; a
  // server that is handed its sockets never has it otherwise.
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
  return server;
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handle: HttpHandler,
  limits: Http1Limits,
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
    ...splitTarget(incoming.url ?? ""),
    metadata: { get: (name) => firstValue(incoming.headers[name]) },
    authority: incoming.headers.host,
    body,
    onAborted: (callback) => {
      outgoing.once("close", () => {
        if (!outgoing.writableFinished) callback();
      });
    },
  });
  send(outgoing, response);
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
