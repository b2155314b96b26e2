// Remote methods as the protocols see them: bytes of a request in, bytes of responses out.

import type { Awaitable } from "../kernel/awaitable.js";
import type { ServiceError } from "../kernel/errors.js";
import type { CallContext } from "./metadata.js";

/** What a method knows of its call. */
export interface MethodContext extends CallContext {
  /** What the running streams of the same connection come from. */
  runningSources(): Iterable<ResponseSource>;
}

/** One request message, one response message. Throws or rejects with a ServiceError. */
export interface UnaryMethod {
  readonly kind: "unary";
  /** `request` is a view that ends with the call, not with what the call returns; it may be kept only by copying. */
  handle(context: MethodContext, request: Uint8Array): Awaitable<Uint8Array>;
}

/** One request message, any number of response messages. */
export interface ServerStreamMethod {
  readonly kind: "server-stream";
  /**
   * Starts the stream; what it returns is told of the stream's life. Throwing or rejecting with a ServiceError ends it, as
   * an error without messages if none was sent. `request` is a view that ends with the call.
   */
  handle(context: MethodContext, request: Uint8Array, responses: ResponseStream): Awaitable<ResponseSource>;
}

export type Method = UnaryMethod | ServerStreamMethod;

/** Methods by path, `/package.Service/Method`. */
export type MethodTable = ReadonlyMap<string, Method>;

/** Where the messages of a running stream come from. */
export interface ResponseSource {
  /** `ready` is true again. May be called without need. */
  resume(): void;
  /** The caller is gone. Not called after `ResponseStream.end`. */
  close(): void;
}

/** Messages of one protocol, encoded for its wire, to be shared by all streams of that protocol. */
export type ResponseChunk = object;

/** How a protocol writes messages down. One object per protocol, compared by identity. */
export interface ResponseEncoding {
  /** `framed` holds whole messages, each behind its 5-byte gRPC prefix. */
  toChunk(framed: Uint8Array): ResponseChunk;
}

/** The responses of one server-streaming call. */
export interface ResponseStream {
  readonly encoding: ResponseEncoding;
  /** The method's own: how it makes chunks in this encoding. Kept here, because a subscription's every object counts. */
  form: unknown;
  /** True while a message leaves at the end of this turn. */
  readonly ready: boolean;
  /** Sends a chunk made by this stream's `encoding`. */
  push(chunk: ResponseChunk): void;
  /** Ends the stream: with OK, or with an error. */
  end(error?: ServiceError): void;
}
