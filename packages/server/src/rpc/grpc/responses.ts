// The answering half of a gRPC call: one message, or many, or an error.

import { type Http2Stream, SharedBytes, type StreamHandler } from "@subito/http2";
import type { ServiceError } from "../../kernel/errors.js";
import type { ResponseChunk, ResponseEncoding, ResponseSource, ResponseStream } from "../methods.js";
import {
  errorReply,
  errorTrailerBlock,
  messageReply,
  okTrailerBlock,
  responseHeaderBlock,
} from "./replies.js";

/** gRPC's own way of writing messages: as they are, shared by all streams. */
export const grpcEncoding: ResponseEncoding = { toChunk: (framed) => new SharedBytes(framed) };

/**
 * Once a stream runs, this is all that is left of its call: between a subscription and its HTTP/2 stream stands one object.
 */
export class GrpcResponses implements ResponseStream, StreamHandler {
  readonly #stream: Http2Stream;
  form: unknown;
  /** Nothing more is sent. */
  finished = false;
  /** Response headers are out. */
  started = false;
  #source: ResponseSource | undefined;

  constructor(stream: Http2Stream) {
    this.#stream = stream;
  }

  /** Where the messages of a running stream come from; undefined before and after. */
  get source(): ResponseSource | undefined {
    return this.#source;
  }

  get encoding(): ResponseEncoding {
    return grpcEncoding;
  }

  get ready(): boolean {
    return this.#stream.ready;
  }

  /** The whole answer of a unary call. */
  reply(message: Uint8Array): void {
    if (this.finished) return;
    this.finished = true;
    this.#stream.reply(messageReply(message));
  }

  push(chunk: ResponseChunk): void {
    if (this.finished) return;
    this.#start();
    this.#stream.write(chunk as SharedBytes);
  }

  end(error?: ServiceError): void {
    if (this.finished) return;
    this.finished = true;
    if (error !== undefined && !this.started) {
      this.#stream.reply(errorReply(error));
      return;
    }
    this.#start();
    this.#stream.end(error === undefined ? okTrailerBlock : errorTrailerBlock(error));
  }

  /** The request is done with: from now on the stream is told of here, in place of the call. */
  run(source: ResponseSource): void {
    this.#source = source;
    this.#stream.handler = this;
  }

  data(): void {
    // The request is complete.
  }

  writable(): void {
    this.#source?.resume();
  }

  closed(): void {
    const source = this.#source;
    this.#source = undefined;
    if (this.finished) return;
    this.finished = true;
    source?.close();
  }

  #start(): void {
    if (this.started) return;
    this.started = true;
    this.#stream.respond(responseHeaderBlock);
  }
}
