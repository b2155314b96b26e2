// A whole server for a test, on a free port and in a directory of its own, and small clients that send exactly what a test says.

import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { type Socket, connect } from "node:net";
import type { TestContext } from "node:test";
import { parseConfig } from "../config/config.js";
import type { ServerLimits } from "../config/limits.js";
import { silentLogger } from "../kernel/log.js";
import { type RunningServer, type ServerOverrides, startServer } from "../server.js";
import { createTestDirectory } from "./test-directory.js";

export interface TestServerOptions {
  /** Flags as on the command line, without the dashes. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly limits?: Partial<ServerLimits>;
  readonly overrides?: Partial<ServerOverrides>;
}

export interface TestServer extends RunningServer {
  /** NaN when there is no plaintext port: nothing can be connected to it. */
  readonly port: number;
  readonly dataDir: string;
}

/** Starts a server that is stopped after the test. */
export async function startTestServer(t: TestContext, options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.flags?.["data-dir"] ?? (await createTestDirectory(t));
  const flags = { port: "0", "data-dir": dataDir, "shutdown-grace-ms": "20000", ...options.flags };
  const config = parseConfig(flags);
  const server = await startServer(
    { ...config, limits: { ...config.limits, ...options.limits } },
    { log: silentLogger, ...options.overrides },
  );
  t.after(() => server.close());
  return Object.assign(Object.create(server) as RunningServer, { dataDir, port: server.port ?? NaN });
}

// ---- raw TCP ----

export interface RawConnection {
  readonly socket: Socket;
  /** Everything received so far. */
  received(): Buffer;
  /** Everything received until the server closed the connection. */
  closed(): Promise<Buffer>;
  /** Resolves once `isEnough` holds for what was received; rejects when the connection closes before. */
  until(isEnough: (received: Buffer) => boolean): Promise<Buffer>;
}

export async function connectRaw(
  t: TestContext,
  { port }: { readonly port: number },
): Promise<RawConnection> {
  const socket = connect({ port, host: "127.0.0.1" });
  t.after(() => socket.destroy());
  await once(socket, "connect");
  let received = Buffer.alloc(0);
  const waiting = new Set<() => void>();
  let isClosed = false;
  const tell = (): void => {
    for (const look of waiting) look();
  };
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    tell();
  });
  // A reset is a way to close; what was received before counts.
  socket.on("error", () => undefined);
  socket.on("close", () => {
    isClosed = true;
    tell();
  });
  const wait = (isDone: () => boolean): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (isDone()) resolve(received);
        else if (isClosed) reject(new Error(`closed after ${JSON.stringify(received.toString("latin1"))}`));
        else return;
        waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  return {
    socket,
    received: () => received,
    closed: () => wait(() => isClosed),
    until: (isEnough) => wait(() => isEnough(received)),
  };
}

/** Sends bytes on a connection of their own; resolves to all that came back once the server has closed it. */
export async function exchange(
  t: TestContext,
  server: { readonly port: number },
  bytes: Uint8Array | string,
): Promise<string> {
  const connection = await connectRaw(t, server);
  connection.socket.write(bytes);
  return (await connection.closed()).toString("latin1");
}

// ---- HTTP/1.1 ----

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface HttpAsk {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One HTTP/1.1 request on a connection of its own. */
export function askHttp(
  server: { readonly port: number },
  path: string,
  ask: HttpAsk = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { method = ask.body === undefined ? "GET" : "POST", headers = {}, body } = ask;
    const request = httpRequest(
      { host: "127.0.0.1", port: server.port, path, method, headers, agent: false },
      (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("error", reject);
        response.on("end", () => resolve(toAnswer(response.statusCode ?? 0, response.headers, pieces)));
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

function toAnswer(status: number, headers: HttpAnswer["headers"], pieces: readonly Buffer[]): HttpAnswer {
  const text = Buffer.concat(pieces).toString();
  return {
    status,
    headers,
    text,
    get json() {
      return JSON.parse(text) as Record<string, unknown>;
    },
  };
}

// ---- HTTP/2 ----

/** An HTTP/2 client that is closed after the test. */
export function openHttp2(t: TestContext, { port }: { readonly port: number }): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  t.after(() => session.destroy());
  session.on("error", () => undefined);
  return session;
}

/** One plain HTTP request over HTTP/2. */
export function askHttp2(session: ClientHttp2Session, path: string, ask: HttpAsk = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { method = ask.body === undefined ? "GET" : "POST", headers = {}, body } = ask;
    const stream = session.request({ ":path": path, ":method": method, ...headers }, { endStream: false });
    let got: Record<string, string | string[] | undefined> = {};
    const pieces: Buffer[] = [];
    stream.on("response", (fields) => (got = fields as typeof got));
    stream.on("data", (piece: Buffer) => pieces.push(piece));
    stream.on("error", reject);
    stream.on("end", () => resolve(toAnswer(Number(got[":status"]), got, pieces)));
    stream.end(body);
  });
}
