// One plain HTTP request that came over HTTP/2, brought to the shape that HTTP handlers know.

import { type Http2Stream, Reply, SharedBytes, type StreamHandler, encodeHeaders } from "@subito/http2";
import {
  type BodyChunk,
  type BodySink,
  type BodySource,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  splitTarget,
} from "../../rpc/http-message.js";
import { GrowingBody } from "../../rpc/growing-body.js";
import type { RequestMemory } from "../../rpc/request-memory.js";
import { BODY_TOO_LARGE, TOO_MANY_REQUESTS_HELD } from "./refused-bodies.js";

export class Http2Call implements StreamHandler {
  readonly #stream: Http2Stream;
  readonly #handle: HttpHandler;
  readonly #bodyBytesMax: number;
  readonly #memory: RequestMemory;
  /** What this request counts for in `#memory`. */
  #held = 0;
  readonly #body = new GrowingBody();
  #bytes = 0;
  #answered = false;
  /** The caller went away before it had its answer. */
  #gone = false;
  #onAborted: (() => void) | undefined;

  constructor(stream: Http2Stream, handle: HttpHandler, bodyBytesMax: number, memory: RequestMemory) {
    this.#stream = stream;
    this.#handle = handle;
    this.#bodyBytesMax = bodyBytesMax;
    this.#memory = memory;
  }

  data(bytes: Uint8Array): void {
    if (this.#answered) return;
    this.#bytes += bytes.length;
    if (this.#bytes > this.#bodyBytesMax) {
      this.#answer(jsonResponse(413, BODY_TOO_LARGE));
      return;
    }
    if (!this.#memory.take(bytes.length)) {
      this.#answer(jsonResponse(503, TOO_MANY_REQUESTS_HELD));
      return;
    }
    this.#held += bytes.length;
    this.#body.add(bytes);
  }

  end(): void {
    if (this.#answered) return;
    const headers = this.#stream.headers;
    const request: HttpRequest = {
      method: headers.method,
      ...splitTarget(headers.path),
      metadata: headers,
      authority: headers.authority,
      address: this.#stream.peerAddress,
      body: this.#body.take(),
      onAborted: (callback) => {
        if (this.#gone) callback();
        else this.#onAborted = callback;
      },
    };
    void this.#handle(request).then((response) => this.#answer(response));
  }

  writable(): void {
    // A whole response waits in the stream by itself.
  }

  closed(): void {
    if (this.#answered) return;
    this.#gone = true;
    this.#answered = true;
    this.#release();
    this.#onAborted?.();
  }

  #answer(response: HttpResponse): void {
    if (this.#answered) {
      if (!(response.body instanceof Uint8Array)) response.body.close();
      return;
    }
    this.#answered = true;
    this.#release();
    const isHead = this.#stream.headers.method === "HEAD";
    if (!(response.body instanceof Uint8Array)) {
      if (isHead) {
        response.body.close();
        this.#stream.respond(
          encodeHeaders([[":status", String(response.status)], ...response.headers]),
          true,
        );
      } else {
        new Http2Body(this.#stream, response.body).start(response);
      }
      return;
    }
    const block = encodeHeaders([
      [":status", String(response.status)],
      // Statuses without a body carry no length either (RFC 9110 8.6).
      ...(response.status === 204 ? [] : [["content-length", String(response.body.length)] as const]),
      ...response.headers,
    ]);
    const body = isHead ? new Uint8Array(0) : response.body;
    this.#stream.reply(new Reply(block, body));
  }

  #release(): void {
    this.#body.take();
    this.#memory.give(this.#held);
    this.#held = 0;
  }
}

/** The running half of a request whose answer goes on. */
class Http2Body implements StreamHandler, BodySink {
  readonly #stream: Http2Stream;
  readonly #source: BodySource;
  #ended = false;

  constructor(stream: Http2Stream, source: BodySource) {
    this.#stream = stream;
    this.#source = source;
  }

  start({ status, headers }: HttpResponse): void {
    this.#stream.handler = this;
    this.#stream.respond(encodeHeaders([[":status", String(status)], ...headers]));
    this.#source.start(this);
  }

  get ready(): boolean {
    return this.#stream.ready;
  }

  write(chunk: BodyChunk): void {
    if (this.#ended) return;
    if (!(chunk.form instanceof SharedBytes)) chunk.form = new SharedBytes(chunk.bytes);
    this.#stream.write(chunk.form as SharedBytes);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stream.end();
  }

  data(): void {
    // The request is complete.
  }

  writable(): void {
    if (!this.#ended) this.#source.resume();
  }

  closed(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#source.close();
  }
}
