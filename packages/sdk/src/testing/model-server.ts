// A plain model of the server's side of /ws (docs/reference/websocket.md): topics in memory, and sockets that lose what is on its way when they break.

import type { SocketEvent, SocketLike } from "../settings.js";

interface ModelItem {
  readonly sequence: number;
  readonly value: string | Uint8Array;
}

interface Topic {
  page: number;
  /** Of the newest item. */
  head: number;
  /** The newest items, oldest first. */
  items: ModelItem[];
}

interface ClientMessage {
  readonly id: number;
  readonly type: string;
  readonly cache: string;
  readonly topic: string;
  readonly token?: string;
  readonly sequence_number?: number;
  readonly sequence_page?: number;
}

type Message = Record<string, unknown>;
export type EventName = "open" | "message" | "close" | "error";

export class ModelServer {
  readonly sockets = new Set<ModelSocket>();
  readonly #topics = new Map<string, Topic>();
  /** How many items a topic keeps. */
  retained = 5;
  /** Refuses sockets. */
  isDown = false;
  /** The network is dead: nothing arrives any more on a socket that is used meanwhile, and nobody is told. */
  isSilent = false;
  /** Tokens that are taken, with the second in which each ends; undefined: none is asked for. */
  tokens: Map<string, number | undefined> | undefined;
  /** Refuses the next `subscribe`s, one each. */
  readonly refusals: string[] = [];
  /** All messages that have come, in order. */
  readonly received: ClientMessage[] = [];
  /** How many sockets have been opened. */
  opened = 0;
  #pages = 100;

  /** A constructor for the client under test. */
  get WebSocket(): new (url: string, protocols: string) => SocketLike {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the class below has a `this` of its own
    const server = this;
    return class extends ModelSocket {
      constructor(url: string, protocols: string) {
        super(server, url, protocols);
      }
    };
  }

  publish(name: string, value: string | Uint8Array): void {
    const topic = this.topic(name);
    const item = { sequence: ++topic.head, value };
    topic.items = [...topic.items, item].slice(-this.retained);
    for (const socket of this.sockets) socket.offer(name);
  }

  /** Everything in memory is gone, and all sockets; the numbering begins anew. */
  restart(): void {
    this.#topics.clear();
    this.cut();
  }

  /** Breaks all sockets: what is on its way is lost. */
  cut(): void {
    for (const socket of [...this.sockets]) socket.break();
  }

  /** Delivers what is on its way. */
  deliver(count = Infinity): void {
    for (const socket of [...this.sockets]) socket.deliver(count);
  }

  topic(name: string): Topic {
    const found = this.#topics.get(name) ?? { page: ++this.#pages, head: 0, items: [] };
    this.#topics.set(name, found);
    return found;
  }

  /** The types of what has come, without pings. */
  get types(): string[] {
    return this.received.map(({ type }) => type).filter((type) => type !== "ping");
  }
}

export class ModelSocket implements SocketLike {
  binaryType = "blob";
  readonly url: string;
  readonly protocols: string;
  readonly #server: ModelServer;
  readonly #listeners = new Map<EventName, ((event: SocketEvent) => void)[]>();
  readonly #subscriptions = new Map<string, { page: number; next: number }>();
  #outbox: (string | ArrayBuffer)[] = [];
  #isOver = false;
  #isOpen = false;
  #isDead = false;
  #token: string | undefined;

  constructor(server: ModelServer, url: string, protocols: string) {
    this.#server = server;
    this.url = url;
    this.protocols = protocols;
    server.opened++;
    server.sockets.add(this);
  }

  addEventListener(type: EventName, listener: (event: SocketEvent) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    if (this.#isOver) return;
    const message = JSON.parse(text) as ClientMessage;
    this.#server.received.push(message);
    this.#isDead ||= this.#server.isSilent;
    if (!this.#isDead) this.#answer(message);
  }

  close(): void {
    this.#isOver = true;
    this.#server.sockets.delete(this);
  }

  break(code = 1006, reason = ""): void {
    if (this.#isOver) return;
    this.close();
    this.#emit("close", { type: "close", code, reason });
  }

  deliver(count: number): void {
    if (this.#isOver) return;
    if (this.#server.isDown) {
      this.#emit("error", { type: "error", message: "refused" });
      this.break();
      return;
    }
    this.#isDead ||= this.#server.isSilent;
    if (this.#isDead) return;
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#emit("open", { type: "open" });
    }
    // After its end the client's side listens no more.
    for (const data of this.#outbox.splice(0, count)) this.#emit("message", { type: "message", data });
  }

  /** Sends what the topic has for this socket. */
  offer(name: string): void {
    const position = this.#subscriptions.get(name);
    if (position === undefined) return;
    const { page, head, items } = this.#server.topic(name);
    const first = items[0]?.sequence ?? head + 1;
    const place = { cache: "c", topic: name };
    if (position.page !== page || position.next < first || position.next > head + 1) {
      const discontinuity = {
        last_topic_sequence: Math.max(0, position.next - 1),
        new_topic_sequence: first - 1,
        new_sequence_page: page,
      };
      this.#send({ type: "discontinuity", ...place, discontinuity });
      this.#subscriptions.set(name, { page, next: first });
    }
    for (const { sequence, value } of items) {
      if (sequence < (this.#subscriptions.get(name)?.next ?? 0)) continue;
      const item = { topic_sequence_number: sequence, sequence_page: page };
      if (typeof value === "string")
        this.#send({ type: "item", ...place, item: { ...item, value: { text: value } } });
      else this.#sendBinary({ type: "item", ...place, item: { ...item, publisher_id: "p" } }, value);
      this.#subscriptions.set(name, { page, next: sequence + 1 });
    }
  }

  /** Ends a subscription, as the server does. */
  endSubscription(name: string, code: string): void {
    if (this.#subscriptions.delete(name))
      this.#send({ type: "ended", cache: "c", topic: name, code, message: code });
  }

  sendRaw(data: string): void {
    this.#outbox.push(data);
  }

  #answer(message: ClientMessage): void {
    const { id, type, topic, cache, token = "" } = message;
    const { tokens, refusals } = this.#server;
    const refuse = (code: string): void => this.#send({ id, type: "error", code, message: `no: ${code}` });
    if (type === "ping") this.#send({ id, type: "pong" });
    else if (type === "authenticate" || type === "renew_token") {
      if (tokens !== undefined && !tokens.has(token)) {
        refuse("Unauthenticated");
        return;
      }
      this.#token = token;
      const expires = tokens?.get(token);
      const end = expires === undefined ? {} : { expires_at: expires };
      this.#send({ id, type: type === "authenticate" ? "authenticated" : "token_renewed", ...end });
    } else if (type === "unsubscribe") {
      const position = this.#subscriptions.get(topic);
      this.#subscriptions.delete(topic);
      if (position === undefined) refuse("NotFound");
      else this.#send({ id, type: "unsubscribed", cache, topic, ...toWire(position) });
    } else {
      const refusal = refusals.shift();
      if (refusal !== undefined) {
        refuse(refusal);
        return;
      }
      if (tokens !== undefined && this.#token === undefined) {
        refuse("Unauthenticated");
        return;
      }
      if (this.#subscriptions.has(topic)) {
        refuse("AlreadyExists");
        return;
      }
      this.#subscribe(message);
    }
  }

  #subscribe({ id, cache, topic, sequence_number = 0, sequence_page = 0 }: ClientMessage): void {
    const { page, head } = this.#server.topic(topic);
    const isKnown = (sequence_page === 0 || sequence_page === page) && sequence_number <= head + 1;
    const position =
      sequence_number === 0 ? { page, next: head + 1 } : { page: isKnown ? page : 1, next: sequence_number };
    this.#subscriptions.set(topic, position);
    this.#send({ id, type: "subscribed", cache, topic, ...toWire(position) });
    this.offer(topic);
  }

  #send(message: Message): void {
    this.#outbox.push(JSON.stringify(message));
  }

  #sendBinary(message: Message, value: Uint8Array): void {
    const json = new TextEncoder().encode(JSON.stringify(message));
    const bytes = new Uint8Array(4 + json.length + value.length);
    new DataView(bytes.buffer).setUint32(0, json.length);
    bytes.set(json, 4);
    bytes.set(value, 4 + json.length);
    this.#outbox.push(bytes.buffer);
  }

  #emit(type: EventName, event: SocketEvent): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

function toWire({ page, next }: { page: number; next: number }): Message {
  return { sequence_page: page, next_sequence_number: next };
}
