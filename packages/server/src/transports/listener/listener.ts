// The ports, plaintext and TLS: accepts connections, tells their protocols apart, looks after them, and ends them in order.

import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { TLSSocket } from "node:tls";
import type { Http2Connection, Http2Server } from "@subito/http2";
import type { Clock, Timer } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/log.js";
import { isLoopbackAddress } from "../../kernel/loopback.js";
import type { Admission, Handshakes } from "./admission.js";
import type { ConnectionCounts } from "./connection-counts.js";
import type { Http1Server } from "./http1.js";
import type { ReadBudget } from "./read-budget.js";
import { SeldomLog } from "./seldom-log.js";
import { Sniffer } from "./sniffer.js";
import type { Protocol } from "./sniff.js";
import { TcpSink } from "./tcp-sink.js";
import { TlsHandshakes } from "./tls-handshakes.js";
import { TlsSink } from "./tls-sink.js";
import type { TlsReloader } from "./tls-reloader.js";
import type { WebSocketUpgrades } from "./websocket-upgrade.js";

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes a free port; undefined: no plaintext. */
  readonly port: number | undefined;
  readonly tls: { readonly port: number; readonly certificates: TlsReloader } | undefined;
  readonly http2: Http2Server;
  readonly http1: Http1Server;
  /** Its sockets come out of `http1`. */
  readonly webSockets: WebSocketUpgrades | undefined;
  readonly counts: ConnectionCounts;
  readonly admission: Admission;
  readonly reads: ReadBudget;
  readonly clock: Clock;
  readonly log: Logger;
  /** From a connection to the bytes that tell its protocol, with the TLS handshake between. */
  readonly prefaceTimeoutMs: number;
  readonly tlsHandshakesPerTurnMax: number;
}

export interface Listener {
  readonly host: string;
  /** Undefined: there is none. */
  readonly port: number | undefined;
  readonly tlsPort: number | undefined;
  readonly counts: ConnectionCounts;
  /** Open connections. */
  connections(): OpenConnections;
  /** No new connections; HTTP/2 peers are asked to go elsewhere, HTTP/1.1 ones are closed when idle. */
  beginShutdown(): void;
  /** Refuses new requests; resolves when every connection is closed, after `graceMs` at the latest. */
  finishShutdown(graceMs: number): Promise<void>;
}

export interface OpenConnections extends Readonly<Record<string, number>> {
  readonly http2: number;
  readonly http1: number;
  readonly websocket: number;
  /** Those that have not said yet what they speak. */
  readonly untold: number;
}

function ignore(): void {
  // Nothing to do.
}

/** How often connections are looked after. */
const TICK_MS = 1000;
/** Times after which an idle TCP peer is probed by the kernel. */
const TCP_KEEPALIVE_MS = 60_000;

/** Listens; rejects when the address cannot be had. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const listener = new PortListener(options);
  await listener.listen();
  return listener;
}

class PortListener implements Listener {
  readonly #options: ListenerOptions;
  readonly #log: SeldomLog;
  readonly #handshakes: TlsHandshakes | undefined;
  #plaintext: Server | undefined;
  #tls: Server | undefined;
  /** Connections that have not told their protocol. The others are looked after by their protocol. */
  readonly #untold = new Set<Socket>();
  readonly #http2Connections = new Set<Http2Connection>();
  /** With those that are WebSockets by now. */
  #http1Connections = 0;
  #ticker: Timer | undefined;
  #stopped: Promise<unknown> | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { clock, log, tls, prefaceTimeoutMs: timeoutMs } = options;
    this.#log = new SeldomLog(clock, log);
    if (tls === undefined) return;
    const { credentials } = tls.certificates;
    const handshakes = new TlsHandshakes({
      ...{ credentials, clock, timeoutMs },
      perTurnMax: options.tlsHandshakesPerTurnMax,
      counts: options.counts,
      log: this.#log,
    });
    tls.certificates.onChange((renewed) => handshakes.use(renewed));
    this.#handshakes = handshakes;
  }

  get host(): string {
    return ((this.#plaintext ?? this.#tls)?.address() as AddressInfo).address;
  }

  get port(): number | undefined {
    return portOf(this.#plaintext);
  }

  get tlsPort(): number | undefined {
    return portOf(this.#tls);
  }

  get counts(): ConnectionCounts {
    return this.#options.counts;
  }

  connections(): OpenConnections {
    const websocket = this.#options.webSockets?.count ?? 0;
    return {
      http2: this.#http2Connections.size,
      http1: this.#http1Connections - websocket,
      websocket,
      untold: this.#untold.size + (this.#handshakes?.count ?? 0),
    };
  }

  async listen(): Promise<void> {
    const { port, tls, clock, prefaceTimeoutMs } = this.#options;
    if (port !== undefined) {
      this.#plaintext = await this.#open(port, (socket) => {
        if (this.#admits(socket)) this.#accept(socket, prefaceTimeoutMs);
      });
    }
    try {
      if (tls !== undefined) this.#tls = await this.#open(tls.port, (socket) => this.#acceptTls(socket));
    } catch (error) {
      this.#plaintext?.close();
      throw error;
    }
    this.#ticker = clock.every(TICK_MS, () => {
      for (const connection of this.#http2Connections) connection.tick();
      this.#options.webSockets?.tick();
    });
  }

  async #open(port: number, onSocket: (socket: Socket) => void): Promise<Server> {
    const { host, log } = this.#options;
    // Small messages must not wait for more (Nagle): whoever writes here has gathered the turn's bytes already.
    const server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_MS },
      onSocket,
    );
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, backlog: 4096 }, () => {
        server.off("error", reject);
        resolve();
      });
    });
    server.on("error", (error) => log.error({ error: error.message }, "the listening socket failed"));
    return server;
  }

  /** Before anything of ours is made for it: a refused connection costs its accept and its reset. */
  #admits(socket: Socket, handshakes?: Handshakes): boolean {
    const open = Object.values(this.connections()).reduce((sum, count) => sum + count, 0);
    // Where both families are listened to, an IPv4 peer has an address of IPv6 (RFC 4291 2.5.5.2).
    const isLoopback = isLoopbackAddress((socket.remoteAddress ?? "").replace(/^::ffff:/, ""));
    const refusal = this.#options.admission.refusalOf(open, isLoopback, handshakes);
    if (refusal === undefined) {
      this.counts.accepted++;
      return true;
    }
    this.counts.refused[refusal]++;
    this.#log.warn({ refusal }, "connections are refused");
    socket.on("error", ignore);
    socket.resetAndDestroy();
    return false;
  }

  #acceptTls(raw: Socket): void {
    if (!this.#admits(raw, this.#handshakes?.beside(raw.remoteAddress ?? ""))) return;
    raw.on("error", ignore);
    this.#handshakes?.begin(raw, (socket, restMs) => this.#accept(socket, restMs));
  }

  /** What a client offers by ALPN is not looked at: the bytes it then sends say the same, and those without ALPN have no other way. */
  #accept(socket: Socket | TLSSocket, timeoutMs: number): void {
    this.#untold.add(socket);
    // Errors are followed by "close"; a peer that resets its connection is no event worth a log line.
    socket.on("error", ignore);
    // What tells the protocol apart is let go of as soon as it has: idle connections hold nothing of it.
    new Sniffer(this.#options.clock, timeoutMs, socket, (protocol, first) => {
      this.#untold.delete(socket);
      if (protocol === "silent") this.counts.refused.preface_timeout++;
      else if (protocol !== "gone") this.#serve(socket, protocol, first);
    });
  }

  #serve(socket: Socket, protocol: Protocol, first: Buffer): void {
    switch (protocol) {
      case "http2":
        this.#serveHttp2(socket, first);
        break;
      case "http1":
        this.#serveHttp1(socket, first);
        break;
      case "tls":
      case "unknown":
        this.#refuse(socket, protocol);
        break;
    }
  }

  #serveHttp2(socket: Socket, first: Buffer): void {
    const onDrained = (): void => connection.drained();
    const sink =
      socket instanceof TLSSocket ? new TlsSink(socket, onDrained) : new TcpSink(socket, onDrained);
    const connection: Http2Connection = this.#options.http2.connect(sink);
    this.#http2Connections.add(connection);
    const { reads } = this.#options;
    sink.hear((chunk) => reads.read(connection, sink, chunk));
    socket.once("close", () => {
      this.#http2Connections.delete(connection);
      connection.transportClosed();
    });
    reads.read(connection, sink, first);
  }

  #serveHttp1(socket: Socket, first: Buffer): void {
    socket.pause();
    socket.unshift(first);
    this.#http1Connections++;
    socket.once("close", () => this.#http1Connections--);
    this.#options.http1.serve(socket);
    socket.resume();
  }

  #refuse(socket: Socket, protocol: "tls" | "unknown"): void {
    this.counts.refused[protocol === "tls" ? "tls_on_plaintext" : "unknown_protocol"]++;
    const reason =
      protocol === "tls" ? "a TLS handshake came to the plaintext port" : "bytes of no known protocol came";
    this.#log.warn({ peer: socket.remoteAddress }, reason);
    socket.destroy();
  }

  beginShutdown(): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = Promise.all([close(this.#plaintext), close(this.#tls)]);
    for (const connection of this.#http2Connections) connection.announceShutdown();
    this.counts.refused.shutdown += this.#untold.size + (this.#handshakes?.count ?? 0);
    for (const socket of this.#untold) socket.destroy();
    this.#handshakes?.destroy();
    this.#options.webSockets?.beginShutdown();
    this.#options.http1.beginShutdown();
  }

  async finishShutdown(graceMs: number): Promise<void> {
    this.beginShutdown();
    for (const connection of this.#http2Connections) connection.shutdown();
    this.#options.webSockets?.shutdown();
    const cut = this.#options.clock.after(graceMs, () => {
      this.#options.log.warn(
        { connections: this.connections() },
        "the grace is over: open connections are cut",
      );
      for (const connection of this.#http2Connections) connection.destroy();
      for (const socket of this.#untold) socket.destroy();
      this.#options.http1.destroy();
      this.#options.webSockets?.destroy();
    });
    await this.#stopped;
    this.#options.http1.close();
    cut.cancel();
    this.#ticker?.cancel();
  }
}

function portOf(server: Server | undefined): number | undefined {
  return (server?.address() as AddressInfo | null | undefined)?.port;
}

/** Resolves when the port is given back and its connections are closed. */
function close(server: Server | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (server === undefined) resolve();
    else server.close(() => resolve());
  });
}
