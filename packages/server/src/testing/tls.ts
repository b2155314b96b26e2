// TLS for tests of the whole server: certificates as `subito cert` makes them, a server that has them, and clients.

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type ConnectionOptions, type TLSSocket, connect } from "node:tls";
import { fileURLToPath } from "node:url";
import { type RecordingLogger, createRecordingLogger } from "./recording-logger.js";
import { type TestServer, type TestServerOptions, startTestServer } from "./running-server.js";
import { createTestDirectory } from "./test-directory.js";

const command = fileURLToPath(new URL("../../../cli/bin/subito.js", import.meta.url));

/** Runs `subito cert` for a directory. */
export function runCert(directory: string, ...args: readonly string[]): void {
  const run = spawnSync(process.execPath, [command, "cert", "--dir", directory, ...args], {
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(run.stderr);
}

/** A new directory with ca.pem, cert.pem and key.pem that is removed after the test. */
export async function makeCertificates(t: TestContext, ...args: readonly string[]): Promise<string> {
  const directory = join(await createTestDirectory(t), "tls");
  runCert(directory, ...args);
  return directory;
}

/** The client certificate that `--client operator` has made in the directory. */
export function readClientPair(directory: string): { cert: string; key: string } {
  const read = (name: string): string => readFileSync(join(directory, name), "utf8");
  return { cert: read("client-operator.pem"), key: read("client-operator-key.pem") };
}

/** A request of HTTP/1.1, after which the connection ends. */
export const LIVEZ_REQUEST = "GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

export interface TlsTestServer extends TestServer {
  readonly tlsPort: number;
  readonly certificates: string;
  readonly ca: string;
  readonly log: RecordingLogger;
}

/** Starts a server with a TLS port, and a plaintext one, with certificates of its own or those of `certificates`. */
export async function startTlsServer(
  t: TestContext,
  options: TestServerOptions & { readonly certificates?: string } = {},
): Promise<TlsTestServer> {
  const certificates = options.certificates ?? (await makeCertificates(t));
  const log = createRecordingLogger();
  const server = await startTestServer(t, {
    ...options,
    flags: {
      "tls-port": "0",
      "tls-cert": join(certificates, "cert.pem"),
      "tls-key": join(certificates, "key.pem"),
      ...options.flags,
    },
    overrides: { log, ...options.overrides },
  });
  const ca = readFileSync(join(certificates, "ca.pem"), "utf8");
  return Object.assign(Object.create(server) as TlsTestServer, { certificates, ca, log });
}

interface TlsPeer {
  readonly tlsPort: number;
  readonly ca: string;
}

/** A TLS connection whose handshake is done, as its client sees it; destroyed after the test. Rejects when it fails. */
export async function openTls(
  t: TestContext,
  { tlsPort, ca }: TlsPeer,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port: tlsPort, ca, ...options });
  t.after(() => socket.destroy());
  await once(socket, "secureConnect");
  socket.on("error", () => undefined);
  return socket;
}

/** An HTTP/2 client over TLS that is closed after the test. */
export function openHttp2Tls(
  t: TestContext,
  { tlsPort, ca }: TlsPeer,
  options: ConnectionOptions = {},
): ClientHttp2Session {
  const session = connectHttp2(`https://127.0.0.1:${tlsPort}`, { ca, ...options });
  t.after(() => session.destroy());
  session.on("error", () => undefined);
  return session;
}

/** Resolves to all that came until the other side closed, or broke, the connection. */
export function readToEnd(socket: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    socket.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(received));
  });
}
