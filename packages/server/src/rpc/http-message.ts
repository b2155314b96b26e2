// One small request and response, so that HTTP handlers know neither node:http nor HTTP/2 frames.

import type { CallContext } from "./metadata.js";

export interface HttpRequest extends CallContext {
  /** Upper case. */
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
  /** Calls back once if the caller goes away before it has its answer. */
  onAborted(callback: () => void): void;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. `content-length` is set by the transport. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Whole, or one that goes on as long as there is something to say. */
  readonly body: Uint8Array | BodySource;
}

/** An answer that is there as a whole. */
export interface WholeResponse extends HttpResponse {
  readonly body: Uint8Array;
}

/** Where a body comes from that goes on. */
export interface BodySource {
  /** Called once; what it writes goes out behind the header fields, and what it writes at once in one piece with them. */
  start(sink: BodySink): void;
  /** `sink.ready` is true again. May be called without need. */
  resume(): void;
  /** The caller is gone. Not called after `sink.end`. */
  close(): void;
}

/** Where a body goes that goes on. */
export interface BodySink {
  /** True while what is written leaves at the end of this turn. */
  readonly ready: boolean;
  write(chunk: BodyChunk): void;
  end(): void;
}

/** Bytes that many bodies share. */
export class BodyChunk {
  readonly bytes: Uint8Array;
  /** What a transport makes of them, once for all; its own. */
  form: unknown;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Answers one request; never rejects. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

/** Nobody changes a request's query; making one costs more than all the rest of a small request. */
const noQuery = new URLSearchParams();

/** Splits a request target into path and query (RFC 9110 7.1). */
export function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const mark = target.indexOf("?");
  if (mark < 0) return { path: target, query: noQuery };
  return { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
}

/** A JSON response. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers: HttpResponse["headers"] = [],
): WholeResponse {
  return {
    status,
    headers: [["content-type", "application/json"], ...headers],
    body: Buffer.from(JSON.stringify(value)),
  };
}
