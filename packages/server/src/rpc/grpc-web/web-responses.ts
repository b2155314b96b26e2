// The answering half of a streaming gRPC-Web call: messages, and the trailers as the last of them.

import type { ServiceError } from "../../kernel/errors.js";
import type { BodyChunk, BodySink, BodySource } from "../http-message.js";
import type { ResponseChunk, ResponseSource, ResponseStream } from "../methods.js";
import { type WebEncoding, trailerFrame } from "./web-encoding.js";

export class WebResponses implements ResponseStream, BodySource {
  readonly encoding: WebEncoding;
  readonly #bytesMax: number;
  form: unknown;
  /** It ended with an error before any message. */
  failedBefore: ServiceError | undefined;
  #source: ResponseSource | undefined;
  #sink: BodySink | undefined;
  /** Messages from before the header fields were out. */
  #early: BodyChunk[] = [];
  #bytes = 0;
  #finished = false;

  constructor(encoding: WebEncoding, bytesMax: number) {
    this.encoding = encoding;
    this.#bytesMax = bytesMax;
  }

  /** Not before the header fields are out: then `resume` tells of it. */
  get ready(): boolean {
    return this.#sink?.ready ?? false;
  }

  push(chunk: ResponseChunk): void {
    if (this.#finished) return;
    const body = chunk as BodyChunk;
    this.#write(body);
    this.#bytes += body.bytes.length;
    if (this.#bytes < this.#bytesMax) return;
    // Without trailers: the client takes it for a broken connection, and goes on at once behind what it has (wire-contract.md 5.5).
    this.#finished = true;
    this.#source?.close();
    this.#sink?.end();
  }

  end(error?: ServiceError): void {
    if (this.#finished) return;
    if (this.#sink === undefined && this.#early.length === 0) this.failedBefore = error;
    this.#write(this.encoding.toChunk(trailerFrame(error)));
    this.#finished = true;
    this.#sink?.end();
  }

  follow(source: ResponseSource): void {
    this.#source = source;
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    for (const chunk of this.#early) sink.write(chunk);
    this.#early = [];
    if (this.#finished) sink.end();
    else this.#source?.resume();
  }

  resume(): void {
    if (!this.#finished) this.#source?.resume();
  }

  close(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#source?.close();
  }

  #write(chunk: BodyChunk): void {
    if (this.#sink === undefined) this.#early.push(chunk);
    else this.#sink.write(chunk);
  }
}
