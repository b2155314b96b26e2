// A client of event streams over HTTP/1.1 and HTTP/2: reads them as HTML 9.2.6 says, and shows every event and comment as it comes.

import { type IncomingMessage, request as httpRequest } from "node:http";
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import type { Readable } from "node:stream";
import type { TestContext } from "node:test";

export interface SseEvent {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

/** What EventSource makes of a stream's text. */
export class SseReader {
  readonly events: SseEvent[] = [];
  comments = 0;
  /** As the next connection sends it. */
  lastEventId = "";
  retryMs: number | undefined;
  #rest = "";
  #id = "";
  #type = "";
  #data: string[] = [];

  add(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (colon === 0) this.comments++;
    else if (field === "event") this.#type = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id") this.#id = value;
    else if (field === "retry") this.retryMs = Number(value);
  }

  #dispatch(): void {
    this.lastEventId = this.#id;
    const type = this.#type === "" ? "message" : this.#type;
    if (this.#data.length > 0) {
      this.events.push({ type, data: this.#data.join("\n"), lastEventId: this.#id });
    }
    this.#type = "";
    this.#data = [];
  }
}

export interface SseItem {
  readonly cache: string;
  readonly topic: string;
  readonly item: {
    readonly topic_sequence_number: number;
    readonly sequence_page: number;
    readonly value: { readonly text?: string; readonly binary?: string };
  };
}

export type Fields = Readonly<Record<string, string | string[] | number | undefined>>;

/** A stream that is being read. */
export class SseStream {
  readonly status: number;
  readonly headers: Fields;
  readonly body: Readable;
  readonly reader = new SseReader();
  text = "";
  /** The body is over: by its end, or with its connection. */
  over = false;
  readonly #waiting = new Set<() => void>();

  constructor(status: number, headers: Fields, body: Readable) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    body.setEncoding("utf8");
    body.on("data", (piece: string) => {
      this.text += piece;
      this.reader.add(piece);
      this.#look();
    });
    body.on("error", () => undefined);
    body.on("close", () => {
      this.over = true;
      this.#look();
    });
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }

  /** Resolves once `isEnough` holds; rejects when the stream is over before. */
  until(isEnough: (reader: SseReader) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (isEnough(this.reader)) resolve();
        else if (this.over) reject(new Error(`the stream is over: ${this.text.slice(-1000)}`));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves with the end of the stream. */
  end(): Promise<void> {
    return this.until(() => this.over);
  }

  get items(): SseItem[] {
    return this.reader.events
      .filter(({ type }) => type === "message")
      .map(({ data }) => JSON.parse(data) as SseItem);
  }

  get texts(): (string | undefined)[] {
    return this.items.map(({ item }) => item.value.text);
  }
}

/** Over HTTP/1.1, on a connection of its own. Resolves with the header fields. */
export function openSse(
  t: TestContext,
  { port }: { readonly port: number },
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<SseStream> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port, path, headers, agent: false },
      (response: IncomingMessage) =>
        resolve(new SseStream(response.statusCode ?? 0, response.headers, response)),
    );
    t.after(() => request.destroy());
    request.on("error", reject);
    request.end();
  });
}

/** The same over HTTP/2. */
export function openSse2(
  session: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<SseStream> {
  return new Promise((resolve, reject) => {
    const stream: ClientHttp2Stream = session.request({ ":path": path, ...headers });
    stream.on("error", reject);
    stream.on("response", (fields) => resolve(new SseStream(Number(fields[":status"]), fields, stream)));
  });
}
