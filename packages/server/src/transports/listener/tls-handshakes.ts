// From a new TCP connection to the plaintext inside its TLS: handshakes, how long they may take, and how they fail.

import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { type Server, type TLSSocket, type TlsOptions, createServer } from "node:tls";
import type { Clock, Timer } from "../../kernel/clock.js";
import { afterTurn } from "../../kernel/turn.js";
import { AddressCounts } from "./address-counts.js";
import type { Handshakes } from "./admission.js";
import type { ConnectionCounts } from "./connection-counts.js";
import type { SeldomLog } from "./seldom-log.js";
import type { TlsCredentials } from "./tls-credentials.js";
import { failureOf } from "./tls-failure.js";

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
  readonly counts: ConnectionCounts;
  /** From the connection to the end of its handshake. */
  readonly timeoutMs: number;
  /** First messages that are answered in one turn: that is the half of a handshake that computes. */
  readonly perTurnMax: number;
}

/** Hears of a handshake that is done, and how much of `timeoutMs` is left. */
type OnSecure = (socket: TLSSocket, restMs: number) => void;

interface Handshake {
  readonly raw: Socket;
  readonly address: string;
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
  /** Without a limit of its own: whoever admits connections looks at it. */
  readonly #perAddress = new AddressCounts(Infinity);
  /** Those whose first message has come, and waits for its turn. */
  readonly #waiting: Socket[] = [];
  /** Of the connection that was closed last: a TLS socket that is closed has forgotten whom it was for. */
  #closedPeer: string | undefined;

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

  /** As the admission of one more of `address` looks at them. */
  beside(address: string): Handshakes {
    return { count: this.#running.size, ofAddress: this.#perAddress.of(address) };
  }

  /** Of connections that begin from now on. The tickets of old sessions are no longer taken. */
  use(credentials: TlsCredentials): void {
    this.#server.setSecureContext(toOptions(credentials));
  }

  /** Begins a handshake on a connection of which nothing has been read. It is cut when it fails or takes too long. */
  begin(raw: Socket, onSecure: OnSecure): void {
    const { clock, timeoutMs, log, counts } = this.#options;
    const key = keyOf(raw);
    const peer = raw.remoteAddress;
    const timer = clock.after(timeoutMs, () => {
      counts.refused.preface_timeout++;
      log.warn({ peer }, "a TLS handshake took too long");
      raw.destroy();
    });
    const address = peer ?? "";
    this.#running.set(key, { raw, address, startedMs: clock.monotonicMs(), timer, onSecure });
    this.#perAddress.take(address);
    raw.once("close", () => {
      // The end of its TLS socket, if the handshake is not done, is heard right after this, before that of any other.
      this.#closedPeer = peer;
      // The same addresses may be in use again before this is heard.
      if (this.#running.get(key)?.raw === raw) this.#take(key);
    });
    // Not before something has come, and little by little: thousands that speak at once would keep everybody else waiting.
    raw.once("readable", () => {
      if (this.#waiting.push(raw) === 1) afterTurn(() => this.#answer());
    });
  }

  #answer(): void {
    // What has been read is left in the socket: Node hands it to TLS.
    for (const raw of this.#waiting.splice(0, this.#options.perTurnMax)) {
      if (!raw.destroyed) this.#server.emit("connection", raw);
    }
    if (this.#waiting.length > 0) afterTurn(() => this.#answer());
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
    const failure = failureOf(error.code, socket.authorizationError);
    if (failure !== undefined) {
      const { refusal, message, code, answer } = failure;
      const { counts, log } = this.#options;
      counts.refused[refusal]++;
      log.warn({ peer: socket.remoteAddress ?? this.#closedPeer, code }, message);
      // Written to the kernel at once, or not at all: the connection is closed in this turn.
      if (answer !== undefined) this.#running.get(keyOf(socket))?.raw.end(answer);
    }
    socket.destroy();
  }

  #take(key: string): Handshake | undefined {
    const handshake = this.#running.get(key);
    this.#running.delete(key);
    if (handshake === undefined) return undefined;
    handshake.timer.cancel();
    this.#perAddress.give(handshake.address);
    return handshake;
  }
}

/** The addresses of a connection, the same for its TCP socket and the TLS socket on it; Node has no other way from one to the other. */
function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`;
}
