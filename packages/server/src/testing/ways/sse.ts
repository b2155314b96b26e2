// Server-Sent Events over HTTP/1.1, as EventSource reads them: the token in the URL, the cursor in the ids.

import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { SseReader } from "../sse-client.js";
import { fromJsonCode } from "./codes.js";
import { Inbox, createSubscriber } from "./inbox.js";
import { type JsonDiscontinuity, type JsonItem, fromJsonDiscontinuity, fromJsonItem } from "./messages.js";
import { type Cursor, FRESH, type OpenOptions, type Port, type Way } from "./way.js";

interface Told {
  readonly item?: JsonItem;
  readonly discontinuity?: JsonDiscontinuity;
  readonly code?: string;
}

function toPath({ place, cursor, token }: OpenOptions): string {
  const query = new URLSearchParams();
  if (cursor !== undefined) query.set("last_event_id", `${cursor.page}:${cursor.sequence}`);
  if (token !== undefined) query.set("token", token);
  return `/sse/${encodeURIComponent(place.cacheName)}/${encodeURIComponent(place.topic)}?${query.toString()}`;
}

function parseId(id: string): Cursor {
  const [, page, sequence] = /^(\d+):(\d+)$/.exec(id) ?? [];
  if (page === undefined) throw new Error(`no cursor: ${id}`);
  return { page: Number(page), sequence: Number(sequence) };
}

class EventStream {
  readonly inbox: Inbox;
  readonly #reader = new SseReader();
  readonly #request: ClientRequest;
  #response: IncomingMessage | undefined;
  #isLive = false;

  constructor(server: Port, options: OpenOptions) {
    this.inbox = new Inbox(options.cursor ?? FRESH);
    this.#request = httpRequest({
      ...{ host: "127.0.0.1", port: server.port, path: toPath(options), agent: false },
      headers: { accept: "text/event-stream" },
    });
    this.#request.on("error", () => this.inbox.lost());
    this.#request.on("response", (response: IncomingMessage) => this.#take(response));
    this.#request.end();
  }

  #take(response: IncomingMessage): void {
    this.#response = response;
    response.setEncoding("utf8");
    let text = "";
    response.on("data", (piece: string) => {
      if (response.statusCode === 200) this.#read(piece);
      else text += piece;
    });
    response.on("error", () => this.inbox.lost());
    response.on("end", () => {
      if (response.statusCode === 200) this.inbox.lost();
      else this.inbox.ended(fromJsonCode((JSON.parse(text) as { code: string }).code));
    });
  }

  #read(piece: string): void {
    const { inbox } = this;
    this.#reader.add(piece);
    if (!this.#isLive && this.#reader.lastEventId !== "") {
      this.#isLive = true;
      const [first] = this.#reader.events;
      inbox.live(first === undefined ? parseId(this.#reader.lastEventId) : undefined);
    }
    for (const { type, data, lastEventId } of this.#reader.events.splice(0)) {
      const { item, discontinuity, code } = JSON.parse(data) as Told;
      if (type === "message" && item !== undefined) inbox.put(fromJsonItem(item));
      else if (type === "discontinuity" && discontinuity !== undefined)
        inbox.put(fromJsonDiscontinuity(discontinuity));
      else if (type === "ended" && code !== undefined) inbox.ended(fromJsonCode(code));
      else throw new Error(`an event that no reference has: ${type} ${data.slice(0, 200)}`);
      const { page, sequence } = inbox.received;
      if (sequence > 0 && lastEventId !== `${page}:${sequence}`)
        throw new Error(`${lastEventId} is not the cursor behind ${data.slice(0, 200)}`);
    }
  }

  cut(): void {
    this.inbox.lost();
    this.#request.socket?.resetAndDestroy();
  }

  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }
}

export const sse: Way = {
  name: "SSE",

  async open(server, options) {
    const stream = new EventStream(server, options);
    await stream.inbox.opened;
    return createSubscriber(stream.inbox, stream);
  },
};
