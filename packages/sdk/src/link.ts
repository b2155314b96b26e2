// One WebSocket from its opening to its end: requests and their answers, and pings, so that a dead network is noticed.

import { SdkError } from "./errors.js";
import { type Request, type ServerMessage, parseMessage } from "./messages.js";
import type { Settings, SocketEvent, SocketLike } from "./settings.js";

/** The link calls these, all in the order of what happened, and none after `onClose`. */
export interface LinkEvents {
  onOpen(): void;
  /** A message without `id`. */
  onNotice(message: ServerMessage): void;
  /** The server has answered a ping. */
  onPong(): void;
  /** Once. Requests without an answer get none any more. */
  onClose(error: SdkError): void;
}

export class Link {
  readonly #settings: Settings;
  readonly #events: LinkEvents;
  readonly #answers = new Map<number, (answer: ServerMessage) => void>();
  readonly #socket: SocketLike;
  #isOver = false;
  #lastId = 0;
  /** When something came last. */
  #heardAt = 0;
  /** When something was asked that nothing has come after: the opening is the first question, pings are the others. */
  #askedAt: number | undefined;
  #cancelTimer: () => void = () => undefined;
  /** What the first `error` event said, for the `close` event that follows it. */
  #fault: SocketEvent | undefined;

  /** Begins to open it. Throws what the constructor of the WebSocket throws. */
  constructor(settings: Settings, WebSocket: NonNullable<Settings["WebSocket"]>, events: LinkEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#socket = new WebSocket(`${settings.url.replace(/^http/, "ws")}/ws`, "subito.v1");
    this.#socket.binaryType = "arraybuffer";
    this.#askedAt = settings.runtime.now();
    this.#watch();
    const listen: SocketLike["addEventListener"] = (type, run) =>
      this.#socket.addEventListener(type, (event) => {
        if (!this.#isOver) run(event);
      });
    listen("open", () => {
      this.#heard();
      events.onOpen();
    });
    listen("message", ({ data }) => this.#take(data));
    listen("error", (event) => (this.#fault ??= event));
    listen("close", ({ code, reason }) => {
      const why = this.#fault?.message || reason || code;
      this.#end(
        new SdkError("CONNECTION_ERROR", `The connection is lost (${why ?? "?"}).`, this.#fault?.error),
      );
    });
  }

  /** `onAnswer` is called with the answer, which may be an error; never when the link ends before. */
  request(request: Request, onAnswer: (answer: ServerMessage) => void): void {
    const id = ++this.#lastId;
    this.#answers.set(id, onAnswer);
    this.#socket.send(JSON.stringify({ id, ...request }));
  }

  /** Asks for a sign of life now, rather than when nothing has come for a while. */
  check(): void {
    if (this.#askedAt === undefined) this.#ping();
  }

  /** Ends it without `onClose`. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimer();
    this.#socket.close(1000);
  }

  #heard(): void {
    this.#heardAt = this.#settings.runtime.now();
    if (this.#askedAt === undefined) return;
    this.#askedAt = undefined;
    this.#watch();
  }

  #take(data: unknown): void {
    this.#heard();
    let message: ServerMessage;
    try {
      message = parseMessage(data);
    } catch (cause) {
      this.#end(new SdkError("UNKNOWN_SERVICE_ERROR", "The server sent what is no message.", cause));
      return;
    }
    if (message.id === undefined || message.id === null) {
      this.#events.onNotice(message);
      return;
    }
    const onAnswer = this.#answers.get(message.id);
    this.#answers.delete(message.id);
    onAnswer?.(message);
  }

  /** One timer: to the ping when nothing comes, and from a question to the end of patience. */
  #watch(): void {
    const { runtime, pingIntervalMs, pingTimeoutMs } = this.#settings;
    const isAsked = this.#askedAt !== undefined;
    const leftMs =
      (this.#askedAt ?? this.#heardAt) + (isAsked ? pingTimeoutMs : pingIntervalMs) - runtime.now();
    this.#cancelTimer();
    if (leftMs > 0) this.#cancelTimer = runtime.setTimer(() => this.#watch(), leftMs);
    else if (isAsked) this.#end(new SdkError("TIMEOUT_ERROR", "The server does not answer."));
    else this.#ping();
  }

  #ping(): void {
    this.#askedAt = this.#settings.runtime.now();
    this.request({ type: "ping" }, () => this.#events.onPong());
    this.#watch();
  }

  #end(error: SdkError): void {
    this.close();
    this.#events.onClose(error);
  }
}
