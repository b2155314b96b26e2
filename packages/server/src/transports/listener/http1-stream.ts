// The body of an HTTP/1.1 answer that goes on: written in chunks (RFC 9112 7.1) as they come.

import type { ServerResponse } from "node:http";
import type { BodyChunk, BodySink, BodySource, HttpResponse } from "../../rpc/http-message.js";

export class Http1Stream implements BodySink {
  readonly #outgoing: ServerResponse;
  readonly #source: BodySource;
  #ended = false;

  constructor(outgoing: ServerResponse, source: BodySource) {
    this.#outgoing = outgoing;
    this.#source = source;
  }

  start({ status, headers }: HttpResponse): void {
    const outgoing = this.#outgoing;
    for (const [name, value] of headers) outgoing.setHeader(name, value);
    outgoing.writeHead(status);
    // In one write with what the source begins with: a browser tells its page of an answer as soon as it has the header fields, and one
    // that is cut off between them and the first id of an event stream would come back without an id.
    outgoing.cork();
    outgoing.flushHeaders();
    outgoing.on("drain", () => {
      if (!this.#ended) this.#source.resume();
    });
    outgoing.on("close", () => {
      if (this.#ended) return;
      this.#ended = true;
      this.#source.close();
    });
    this.#source.start(this);
    outgoing.uncork();
  }

  get ready(): boolean {
    return !this.#outgoing.writableNeedDrain;
  }

  write({ bytes }: BodyChunk): void {
    if (!this.#ended) this.#outgoing.write(bytes);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#outgoing.end();
  }
}
