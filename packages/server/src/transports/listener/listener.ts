// The one port: accepts connections, tells their protocols apart, looks after them, and ends them in order.

import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import type { Http2Connection, Http2Server } from "@subito/http2";
import type { Clock, Timer } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/log.js";
import type { ConnectionCounts } from "./connection-counts.js";
import type { Http1Server } from "./http1.js";
import { Sniffer } from "./sniffer.js";
import type { Protocol } from "./sniff.js";
import { TcpSink } from "./tcp-sink.js";

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly http2: Http2Server;
  readonly http1: Http1Server;
  readonly counts: ConnectionCounts;
  readonly clock: Clock;
  readonly log: Logger;
  /** From a connection to the bytes that tell its protocol. */
  readonly prefaceTimeoutMs: number;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
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
  readonly #server: Server;
  /** Connections that have not told their protocol. The others are looked after by their protocol. */
  readonly #untold = new Set<Socket>();
  readonly #http2Connections = new Set<Http2Connection>();
  #http1Connections = 0;
  #ticker: Timer | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    // Small messages must not wait for more (Nagle): whoever writes here has gathered the turn's bytes already.
    this.#server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_MS },
      (socket) => {
        this.#accept(socket);
      },
    );
  }

  get host(): string {
    return (this.#server.address() as AddressInfo).address;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get counts(): ConnectionCounts {
    return this.#options.counts;
  }

  connections(): OpenConnections {
    return {
      http2: this.#http2Connections.size,
      http1: this.#http1Connections,
      untold: this.#untold.size,
    };
  }

  async listen(): Promise<void> {
    const { host, port, clock, log } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, backlog: 4096 }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    this.#server.on("error", (error) => log.error({ error: error.message }, "the listening socket failed"));
    this.#ticker = clock.every(TICK_MS, () => {
      for (const connection of this.#http2Connections) connection.tick();
    });
  }

  #accept(socket: Socket): void {
    this.counts.accepted++;
    this.#untold.add(socket);
    // Errors are followed by "close"; a peer that resets its connection is no event worth a log line.
    socket.on("error", ignore);
    // What tells the protocol apart is let go of as soon as it has: idle connections hold nothing of it.
    new Sniffer(this.#options.clock, this.#options.prefaceTimeoutMs, socket, (protocol, first) => {
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
    const connection: Http2Connection = this.#options.http2.connect(
      new TcpSink(socket, () => connection.drained()),
    );
    this.#http2Connections.add(connection);
    socket.on("data", (chunk: Buffer) => connection.receive(chunk));
    socket.once("close", () => {
      this.#http2Connections.delete(connection);
      connection.transportClosed();
    });
    connection.receive(first);
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
    this.#options.log.warn({ peer: socket.remoteAddress }, reason);
    socket.destroy();
  }

  beginShutdown(): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = new Promise((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#http2Connections) connection.announceShutdown();
    this.counts.refused.shutdown += this.#untold.size;
    for (const socket of this.#untold) socket.destroy();
    this.#options.http1.beginShutdown();
  }

  async finishShutdown(graceMs: number): Promise<void> {
    this.beginShutdown();
    for (const connection of this.#http2Connections) connection.shutdown();
    const cut = this.#options.clock.after(graceMs, () => {
      for (const connection of this.#http2Connections) connection.destroy();
      for (const socket of this.#untold) socket.destroy();
      this.#options.http1.destroy();
    });
    await this.#stopped;
    this.#options.http1.close();
    cut.cancel();
    this.#ticker?.cancel();
  }
}
