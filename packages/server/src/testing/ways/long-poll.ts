// Long poll over HTTP/1.1: one poll after the other on one connection, each asking for what comes after the last.

import { Agent, type ClientRequest, request as httpRequest } from "node:http";
import { type HttpAnswer, askHttp } from "../running-server.js";
import { fromJsonCode } from "./codes.js";
import { Inbox, createSubscriber } from "./inbox.js";
import { type JsonDiscontinuity, type JsonItem, fromJsonDiscontinuity, fromJsonItem } from "./messages.js";
import { type Cursor, FRESH, type OpenOptions, type Place, type Port, type Way } from "./way.js";

interface PollAnswer {
  readonly items: readonly { readonly item?: JsonItem; readonly discontinuity?: JsonDiscontinuity }[];
  readonly next_sequence_number: number;
  readonly sequence_page: number;
}

function toPath({ cacheName, topic }: Place): string {
  return `/topics/${encodeURIComponent(cacheName)}/${encodeURIComponent(topic)}`;
}

class PollSubscription {
  readonly inbox: Inbox;
  readonly #server: Port;
  readonly #options: OpenOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #request: ClientRequest | undefined;
  #goOn: (() => void) | undefined;
  #isPaused = false;

  constructor(server: Port, options: OpenOptions) {
    this.#server = server;
    this.#options = options;
    this.inbox = new Inbox(options.cursor ?? FRESH);
    void this.#run();
  }

  async #run(): Promise<void> {
    const { inbox } = this;
    try {
      while (!inbox.isOver) {
        if (this.#isPaused) await new Promise<void>((resolve) => (this.#goOn = resolve));
        const { status, json } = await this.#poll(inbox.received);
        if (status === 200) this.#take(json as unknown as PollAnswer);
        else inbox.ended(fromJsonCode(String(json["code"])));
      }
    } catch {
      inbox.lost();
    } finally {
      this.#agent.destroy();
    }
  }

  #take({ items, next_sequence_number: sequence, sequence_page: page }: PollAnswer): void {
    const { inbox } = this;
    for (const { item, discontinuity } of items) {
      if (item !== undefined) inbox.put(fromJsonItem(item));
      if (discontinuity !== undefined) inbox.put(fromJsonDiscontinuity(discontinuity));
    }
    const told = { sequence, page };
    if (items.length > 0 && JSON.stringify(told) !== JSON.stringify(inbox.received))
      throw new Error(`${JSON.stringify(told)} does not go on after what the answer has`);
    inbox.live(items.length > 0 ? undefined : told);
  }

  #poll({ sequence, page }: Cursor): Promise<HttpAnswer> {
    const { place, token } = this.#options;
    return new Promise((resolve, reject) => {
      this.#request = httpRequest(
        {
          ...{ host: "127.0.0.1", port: this.#server.port, agent: this.#agent },
          path: `${toPath(place)}?sequence_number=${sequence}&sequence_page=${page}`,
          headers: token === undefined ? {} : { authorization: token },
        },
        (response) => {
          const pieces: Buffer[] = [];
          response.on("data", (piece: Buffer) => pieces.push(piece));
          response.on("error", reject);
          response.on("end", () => {
            const text = Buffer.concat(pieces).toString();
            const json = JSON.parse(text) as Record<string, unknown>;
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
          });
        },
      );
      this.#request.on("error", reject);
      this.#request.end();
    });
  }

  cut(): void {
    this.inbox.lost();
    this.#request?.socket?.resetAndDestroy();
    this.#agent.destroy();
  }

  /** What it does not ask for, it is not sent. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#goOn?.();
  }
}

export const longPoll: Way = {
  name: "long poll",

  async open(server, options) {
    const subscription = new PollSubscription(server, options);
    await subscription.inbox.opened;
    return createSubscriber(subscription.inbox, subscription);
  },

  async publish(server, place, value, token) {
    const answer = await askHttp(server, toPath(place), {
      body: value,
      headers: {
        ...(typeof value === "string" ? {} : { "content-type": "application/octet-stream" }),
        ...(token === undefined ? {} : { authorization: token }),
      },
    });
    return answer.status === 204 ? undefined : fromJsonCode(String(answer.json["code"]));
  },
};
