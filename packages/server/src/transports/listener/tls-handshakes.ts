// From a new TCP connection to the plaintext inside its TLS: handshakes, how long they may take, and how they fail.

import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { type Server, type TLSSocket, type TlsOptions, createServer } from "node:tls";
import type { Clock, Timer } from "../../kernel/clock.js";
import type { SeldomLog } from "./seldom-log.js";
import type { TlsCredentials } from "./tls-credentials.js";

/** Forward secrecy and authenticated encryption only (RFC 7540 9.2.2, RFC 9325 4.2); AES-128 first, which costs the least. */
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/** How long a client may come back with a session ticket, which spares the handshake's expensive half. */
const SESSION_SECONDS = 3600;

function toOptions({ pem }: TlsCredentials): TlsOptions {
  return {
    cert: pem.cert,
    key: pem.key,
    minVersion: "TLSv1.2",
    ciphers: CIPHERS,
    honorCipherOrder: true,
    ALPNProtocols: ["h2", "http/1.1"],
    // HTTP/2 forbids renegotiation (RFC 9113 9.2.1), and nobody else needs it. Phones without AES in hardware get ChaCha20.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_PRIORITIZE_CHACHA,
    sessionTimeout: SESSION_SECONDS,
    ...(pem.clientCa === undefined ? {} : { ca: pem.clientCa, requestCert: true, rejectUnauthorized: true }),
  };
}

export interface TlsHandshakesOptions {
  readonly credentials: TlsCredentials;
  readonly clock: Clock;
  readonly log: SeldomLog;
  /** From the connection to the end of its handshake. */
  readonly timeoutMs: number;
}

/** Hears of a handshake that is done, and how much of `timeoutMs` is left. */
type OnSecure = (socket: TLSSocket, restMs: number) => void;

interface Handshake {
  readonly raw: Socket;
  readonly startedMs: number;
  readonly timer: Timer;
  readonly onSecure: OnSecure;
}

export class TlsHandshakes {
  readonly #options: TlsHandshakesOptions;
  /** Never listens: it is handed its connections, by the documented `connection` event. */
  readonly #server: Server;
  /** By {@link keyOf}. */
  readonly #running = new Map<string, Handshake>();

  constructor(options: TlsHandshakesOptions) {
    this.#options = options;
    this.#server = createServer(toOptions(options.credentials));
    this.#server.on("secureConnection", (socket) => this.#secured(socket));
    this.#server.on("tlsClientError", (error, socket) => this.#failed(error, socket));
  }

  /** Handshakes that are not done. */
  get count(): number {
    return this.#running.size;
  }

  /** Of connections that begin from now on. The tickets of old sessions are no longer taken. */
  use(credentials: TlsCredentials): void {
    this.#server.setSecureContext(toOptions(credentials));
  }

  /** Begins a handshake on a connection of which nothing has been read. It is cut when it fails or takes too long. */
  begin(raw: Socket, onSecure: OnSecure): void {
    const { clock, timeoutMs, log } = this.#options;
    const key = keyOf(raw);
    const timer = clock.after(timeoutMs, () => {
      log.warn({ peer: raw.remoteAddress }, "a TLS handshake took too long");
      raw.destroy();
    });
    this.#running.set(key, { raw, startedMs: clock.monotonicMs(), timer, onSecure });
    raw.once("close", () => {
      // The same addresses may be in use again before this is heard.
      if (this.#running.get(key)?.raw === raw) this.#take(key);
    });
    this.#server.emit("connection", raw);
  }

  /** Cuts the connections whose handshake is not done. */
  destroy(): void {
    for (const { raw } of this.#running.values()) raw.destroy();
  }

  #secured(socket: TLSSocket): void {
    const handshake = this.#take(keyOf(socket));
    if (handshake === undefined) {
      socket.destroy();
      return;
    }
    const { clock, timeoutMs } = this.#options;
    handshake.onSecure(socket, Math.max(0, timeoutMs - (clock.monotonicMs() - handshake.startedMs)));
  }

  #failed(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    // Whoever goes away in the middle, such as the probes of load balancers, is no event worth a log line.
    if (error.code !== "ECONNRESET" && error.code !== "EPIPE") {
      const isPlaintext = PLAINTEXT_CODES.has(error.code ?? "");
      this.#options.log.warn(
        { peer: socket.remoteAddress, code: error.code },
        isPlaintext ? "a plaintext request came to the TLS port" : "a TLS handshake failed",
      );
    }
    socket.destroy();
  }

  #take(key: string): Handshake | undefined {
    const handshake = this.#running.get(key);
    this.#running.delete(key);
    handshake?.timer.cancel();
    return handshake;
  }
}

/** What OpenSSL says of a first record that is none: HTTP/1.1 by its method, HTTP/2's preface and others by their bytes. */
const PLAINTEXT_CODES: ReadonlySet<string> = new Set([
  "ERR_SSL_HTTP_REQUEST",
  "ERR_SSL_WRONG_VERSION_NUMBER",
]);

/** The addresses of a connection, the same for its TCP socket and the TLS socket on it; Node has no other way from one to the other. */
function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`;
}
