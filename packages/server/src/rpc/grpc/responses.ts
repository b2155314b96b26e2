// The answering half of a gRPC call: one message, or many, or an error.

import { type Http2Stream, SharedBytes } from "@subito/http2";
import type { ServiceError } from "../../kernel/errors.js";
import type { ResponseChunk, ResponseEncoding, ResponseStream } from "../methods.js";
import {
  errorReply,
  errorTrailerBlock,
  messageReply,
  okTrailerBlock,
  responseHeaderBlock,
} from "./replies.js";

/** gRPC's own way of writing messages: as they are, shared by all streams. */
export const grpcEncoding: ResponseEncoding = { toChunk: (framed) => new SharedBytes(framed) };

export class GrpcResponses implements ResponseStream {
  readonly #stream: Http2Stream;
  /** Response headers are out. */
  started = false;
  /** Nothing more is sent. */
  finished = false;

  constructor(stream: Http2Stream) {
    this.#stream = stream;
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

  send(chunk: ResponseChunk): void {
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

  #start(): void {
    if (this.started) return;
    this.started = true;
    this.#stream.respond(responseHeaderBlock);
  }
}
