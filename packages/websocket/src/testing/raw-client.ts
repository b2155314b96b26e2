// A WebSocket client over a real transport, for tests of whole servers: it sends exactly what a test says.

import type { Duplex } from "node:stream";
import { Opcode } from "../opcode.js";
import { clientFrame, closePayload, readServerFrames, tell, textFrame } from "./client-frames.js";

export {
  type ClientFrameOptions,
  type ServerFrame,
  clientFrame,
  closePayload,
  deflatedFrame,
  inflated,
  length64,
  tell,
  textFrame,
} from "./client-frames.js";

export interface HandshakeAsk {
  readonly path?: string;
  /** Names as they are sent; a value of undefined leaves a usual one out. */
  readonly fields?: Readonly<Record<string, string | undefined>>;
}

/** The key of RFC 6455 1.3, whose answer is known. */
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
export const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** The request of a handshake. */
export function handshakeRequest({ path = "/ws", fields = {} }: HandshakeAsk = {}): string {
  const all: Record<string, string | undefined> = {
    Host: "localhost",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
    ...fields,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\r\n`],
  );
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** Reads what comes over `transport`, a connected socket. */
export class RawWebSocketClient {
  readonly transport: Duplex;
  /** The head of the answer to the handshake, once it has come. */
  head = "";
  /** Frames that have come so far, in short as `tell` has them. */
  readonly told: string[] = [];
  closed = false;
  #unread = Buffer.alloc(0);
  readonly #waiting = new Set<() => void>();

  constructor(transport: Duplex) {
    this.transport = transport;
    transport.on("data", (chunk: Buffer) => this.#read(chunk));
    transport.on("error", () => undefined);
    transport.on("close", () => {
      this.closed = true;
      this.#look();
    });
  }

  /** Asks for a socket; resolves to the head of the answer, or rejects when the transport is closed before. */
  async handshake(ask: HandshakeAsk = {}): Promise<string> {
    this.transport.write(handshakeRequest(ask));
    await this.until(() => this.head !== "");
    return this.head;
  }

  send(...frames: readonly Uint8Array[]): this {
    this.transport.write(Buffer.concat(frames));
    return this;
  }

  text(text: string): this {
    return this.send(textFrame(text));
  }

  close(code = 1000): this {
    return this.send(clientFrame(Opcode.CLOSE, closePayload(code)));
  }

  /** What comes behind a head that is no 101. */
  get body(): string {
    return this.#unread.toString();
  }

  /** Resolves to the next frame that has not been asked for. */
  async next(): Promise<string> {
    await this.until(() => this.told.length > 0);
    return this.told.shift() as string;
  }

  /** Resolves when the transport is closed. */
  untilClosed(): Promise<void> {
    return this.until(() => this.closed);
  }

  /** Resolves once `isDone` holds, which is asked when something has come; rejects when the transport closes before. */
  until(isDone: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (isDone()) resolve();
        else if (this.closed) reject(new Error(`closed after ${this.head} ${this.told.join(", ")}`));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    if (this.head === "") {
      const end = this.#unread.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.head = this.#unread.toString("latin1", 0, end + 2);
      this.#unread = this.#unread.subarray(end + 4);
    }
    if (this.head.startsWith("HTTP/1.1 101 ")) {
      const { frames, length } = readServerFrames(this.#unread);
      this.#unread = this.#unread.subarray(length);
      this.told.push(...frames.map(tell));
    }
    this.#look();
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
