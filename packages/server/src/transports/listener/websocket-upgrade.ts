// From the handshake of a WebSocket (RFC 6455 4.2) to its first frame: checks, who may, the answer; then the open sockets.

import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import {
  type AcceptedHandshake,
  type WebSocketConnection,
  type WebSocketServer,
  hasToken,
  switchingProtocols,
} from "@subito/websocket";
import { ServiceError } from "../../kernel/errors.js";
import { type WholeResponse, jsonResponse } from "../../rpc/http-message.js";
import type { WebSocketApplication, WebSocketHandlerMaker } from "../../rpc/websocket-application.js";
import { AddressCounts } from "./address-counts.js";
import { type DetachedReading, detachReading } from "./http1-reading.js";
import { fieldOf, parseTarget } from "./http1-target.js";
import { type LoadShedding, SERVER_IS_FULL } from "./load-shedding.js";
import { TcpSink } from "./tcp-sink.js";
import { TlsSink } from "./tls-sink.js";
import { type Refused, WEBSOCKET_PATH, checkRequest } from "./websocket-checks.js";
import type { HandshakeRefusal, WebSocketCounts } from "./websocket-counts.js";

export interface WebSocketUpgradesOptions {
  readonly server: WebSocketServer;
  readonly application: WebSocketApplication;
  readonly counts: WebSocketCounts;
  readonly shedding: LoadShedding;
  /** Open sockets of one address. */
  readonly perAddressMax: number;
  /** Take compressed messages. */
  readonly deflate: boolean;
  /** The answer to pages of an origin that may not use the server; undefined: it may. */
  readonly refuseOrigin: (origin: string) => WholeResponse | undefined;
  readonly toErrorResponse: (error: ServiceError) => WholeResponse;
  readonly onInternalError: (error: ServiceError) => void;
  /** How long a peer may take for the answer to a handshake that is refused. */
  readonly stallTimeoutMs: number;
}

const STOPPING: WholeResponse = jsonResponse(503, {
  code: "Unavailable",
  message: "The server is shutting down; connect again.",
});
const FULL: WholeResponse = jsonResponse(503, SERVER_IS_FULL);

export class WebSocketUpgrades {
  readonly #options: WebSocketUpgradesOptions;
  readonly #perAddress: AddressCounts;
  readonly #open = new Set<WebSocketConnection>();
  /** Their handshakes are not answered, or were refused and are not closed. */
  readonly #pending = new Set<Socket>();
  #closing = false;

  constructor(options: WebSocketUpgradesOptions) {
    this.#options = options;
    this.#perAddress = new AddressCounts(options.perAddressMax);
  }

  /** Open sockets. */
  get count(): number {
    return this.#open.size;
  }

  /** Of a request that asks for another protocol: whether it is left to `begin`. */
  isWanted(incoming: IncomingMessage): boolean {
    return (
      hasToken(fieldOf(incoming, "upgrade"), "websocket") && parseTarget(incoming).path === WEBSOCKET_PATH
    );
  }

  /** node:http has let go of `socket`; `head` came behind the request. */
  begin(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    const reading = detachReading(socket, head);
    if (reading === undefined) {
      socket.destroy();
      return;
    }
    this.#pending.add(socket);
    socket.once("close", () => this.#pending.delete(socket));
    void this.#answer(incoming, socket, reading);
  }

  tick(): void {
    for (const connection of this.#open) connection.tick();
  }

  /** New handshakes are refused. */
  beginShutdown(): void {
    this.#closing = true;
  }

  /** Open sockets are closed in order. */
  shutdown(): void {
    for (const connection of this.#open) connection.shutdown();
  }

  /** Cuts everything. */
  destroy(): void {
    for (const connection of this.#open) connection.destroy();
    for (const socket of this.#pending) socket.destroy();
  }

  async #answer(incoming: IncomingMessage, socket: Socket, reading: DetachedReading): Promise<void> {
    const address = socket.remoteAddress ?? "";
    const checked = this.#check(incoming);
    if (checked.refusal !== undefined) {
      this.#refuse(socket, checked);
      return;
    }
    if (!this.#perAddress.take(address)) {
      const error = new ServiceError("resource_exhausted", "This address has as many WebSockets as it may.");
      this.#refuse(socket, { refusal: "per_address", response: this.#options.toErrorResponse(error) });
      return;
    }
    socket.once("close", () => this.#perAddress.give(address));
    try {
      const makeHandler = await this.#options.application.open({
        metadata: { get: (name) => fieldOf(incoming, name) },
        authority: parseTarget(incoming).authority,
        address,
        token: checked.token,
      });
      if (this.#closing) this.#refuse(socket, { refusal: "shutdown", response: STOPPING });
      else if (!socket.destroyed) this.#connect(socket, checked.handshake, reading, makeHandler);
    } catch (error) {
      this.#refuse(socket, this.#toRefused(ServiceError.from(error)));
    }
  }

  #check(incoming: IncomingMessage): ReturnType<typeof checkRequest> {
    const { shedding, deflate, refuseOrigin } = this.#options;
    if (this.#closing) return { refusal: "shutdown", response: STOPPING };
    if (shedding.refuses("GET", WEBSOCKET_PATH)) return { refusal: "full", response: FULL };
    const checked = checkRequest(incoming, deflate);
    if (checked.refusal !== undefined) return checked;
    const origin = fieldOf(incoming, "origin");
    const response = origin === undefined ? undefined : refuseOrigin(origin);
    return response === undefined ? checked : { refusal: "origin", response };
  }

  #toRefused(error: ServiceError): Refused {
    const { onInternalError, toErrorResponse } = this.#options;
    if (error.code === "internal") onInternalError(error);
    const isCredentials = error.code === "unauthenticated" || error.code === "permission_denied";
    const refusal: HandshakeRefusal = isCredentials ? "credentials" : "other";
    return { refusal, response: toErrorResponse(error) };
  }

  #refuse(socket: Socket, { refusal, response }: Refused): void {
    const { counts, stallTimeoutMs } = this.#options;
    counts.refused[refusal]++;
    const { status, headers, body } = response;
    const fields = [...headers, ["content-length", String(body.length)], ["connection", "close"]];
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const reason = STATUS_CODES[status] ?? "";
    socket.setTimeout(stallTimeoutMs, () => socket.destroy());
    socket.write(
      Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n`, "latin1"), body]),
    );
    socket.destroySoon();
  }

  #connect(
    socket: Socket,
    { fields, deflate }: AcceptedHandshake,
    reading: DetachedReading,
    makeHandler: WebSocketHandlerMaker,
  ): void {
    this.#pending.delete(socket);
    // That of node:http; the socket has its own.
    socket.setTimeout(0);
    const onDrained = (): void => connection.drained();
    const sink =
      socket instanceof TLSSocket ? new TlsSink(socket, onDrained) : new TcpSink(socket, onDrained);
    const head = switchingProtocols(fields);
    const connection: WebSocketConnection = this.#options.server.connect(
      sink,
      { head, deflate },
      makeHandler,
    );
    this.#open.add(connection);
    socket.once("close", () => {
      this.#open.delete(connection);
      connection.transportClosed();
    });
    reading.handOver(connection, sink);
  }
}
