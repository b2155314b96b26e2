// One WebSocket from its opening to its end: requests and their answers, and pings, so that a dead network is noticed.

import { SdkError } from "./errors.js";
import { type Request, type ServerMessage, parseMessage } from "./messages.js";
import type { Settings, SocketLike } from "./settings.js";

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
  #isOpen = false;
  #isOver = false;
  #lastId = 0;
  #heardAt: number;
  /** When a ping was sent that nothing has come after. */
  #askedAt: number | undefined;
  #cancelTimer: () => void;
  /** What the `error` event said, for the `close` event that follows it. */
  #fault: { message?: string; error?: unknown } = {};

  /** Begins to open it. Throws what the constructor of the WebSocket throws. */
  constructor(settings: Settings, WebSocket: NonNullable<Settings["WebSocket"]>, events: LinkEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#heardAt = settings.runtime.now();
    this.#socket = new WebSocket(`${settings.url.replace(/^http/, "ws")}/ws`, "subito.v1");
    this.#socket.binaryType = "arraybuffer";
    this.#cancelTimer = settings.runtime.setTimer(
      () => this.#timeOut("The server did not answer the opening of the socket."),
      settings.connectTimeoutMs,
    );
    this.#listen();
  }

  /** `onAnswer` is called with the answer, which may be an error; never when the link ends before. */
  request(request: Request, onAnswer: (answer: ServerMessage) => void): void {
    const id = ++this.#lastId;
    this.#answers.set(id, onAnswer);
    this.#socket.send(JSON.stringify({ id, ...request }));
  }

  /** Asks for a sign of life now, rather than when nothing has come for a while. */
  check(): void {
    if (!this.#isOpen || this.#isOver || this.#askedAt !== undefined) return;
    this.#cancelTimer();
    this.#ping();
  }

  /** Ends it without `onClose`. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimer();
    this.#socket.close(1000);
  }

  #listen(): void {
    const listen: SocketLike["addEventListener"] = (type, run) =>
      this.#socket.addEventListener(type, (event) => {
        if (!this.#isOver) run(event);
      });
    listen("open", () => {
      this.#isOpen = true;
      this.#cancelTimer();
      this.#heardAt = this.#settings.runtime.now();
      this.#watch();
      this.#events.onOpen();
    });
    listen("message", ({ data }) => this.#take(data));
    listen("error", ({ message, error }) => {
      this.#fault = { ...(message === undefined ? {} : { message }), error };
    });
    listen("close", ({ code, reason }) => {
      const why = this.#fault.message || reason || (code === undefined ? "" : `close code ${code}`);
      this.#end(new SdkError("CONNECTION_ERROR", `The connection is lost (${why}).`, this.#fault.error));
    });
  }

  #take(data: unknown): void {
    this.#heardAt = this.#settings.runtime.now();
    this.#askedAt = undefined;
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

  /** One timer: to the ping when nothing comes, and from there to the end of patience. */
  #watch(): void {
    const { runtime, pingIntervalMs, pingTimeoutMs } = this.#settings;
    const now = runtime.now();
    const due = this.#askedAt === undefined ? this.#heardAt + pingIntervalMs : this.#askedAt + pingTimeoutMs;
    if (now < due) this.#cancelTimer = runtime.setTimer(() => this.#watch(), due - now);
    else if (this.#askedAt === undefined) this.#ping();
    else this.#timeOut("The server has not answered a ping.");
  }

  #ping(): void {
    this.#askedAt = this.#settings.runtime.now();
    this.request({ type: "ping" }, () => this.#events.onPong());
    this.#watch();
  }

  #timeOut(message: string): void {
    this.#end(new SdkError("TIMEOUT_ERROR", message));
  }

  #end(error: SdkError): void {
    this.close();
    this.#events.onClose(error);
  }
}
