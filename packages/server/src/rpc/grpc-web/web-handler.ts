// gRPC-Web on top of HTTP handlers: the same methods as gRPC's, for web pages (wire-contract.md 1.4).

import type { Clock } from "../../kernel/clock.js";
import { ServiceError } from "../../kernel/errors.js";
import { parseTimeoutMs } from "../deadline.js";
import { RequestAssembly, toEnvelope } from "../envelope.js";
import type { HttpRequest, HttpResponse } from "../http-message.js";
import type { Method, MethodContext, MethodTable, ServerStreamMethod, UnaryMethod } from "../methods.js";
import { RequestMemory } from "../request-memory.js";
import { toStatusFields } from "../status.js";
import { type WebEncoding, findWebEncoding, trailerFrame } from "./web-encoding.js";
import { WebResponses } from "./web-responses.js";

export interface GrpcWebOptions {
  readonly methods: MethodTable;
  readonly clock: Clock;
  readonly limits: GrpcWebLimits;
  /** An error that is not the caller's doing. */
  readonly onInternalError: (error: ServiceError) => void;
}

export interface GrpcWebLimits {
  /** One request message. */
  readonly messageBytesMax: number;
  /** Bytes of one streaming answer: what a page has received stays in its memory until the answer ends, and a client begins the next one by itself. */
  readonly webStreamBytesMax: number;
}

/** Answers gRPC-Web requests; undefined: it is none. */
export function createGrpcWebHandler(
  options: GrpcWebOptions,
): (request: HttpRequest) => Promise<HttpResponse> | undefined {
  return (request) => {
    const encoding =
      request.method === "POST" ? findWebEncoding(request.metadata.get("content-type")) : undefined;
    return encoding && answer(options, encoding, request);
  };
}

async function answer(
  options: GrpcWebOptions,
  encoding: WebEncoding,
  request: HttpRequest,
): Promise<HttpResponse> {
  try {
    const method = options.methods.get(request.path);
    if (method === undefined) throw new ServiceError("unimplemented", "There is no such method here.");
    const message = parseMessage(encoding.decode(request.body), options.limits);
    return await withDeadline(options.clock, method, request, () =>
      run(options, encoding, method, request, message),
    );
  } catch (error) {
    const failure = ServiceError.from(error);
    if (failure.code === "internal") options.onInternalError(failure);
    // Before any message the status stands in the header fields; a body is not needed then.
    return toResponse(encoding, new Uint8Array(0), toStatusFields(failure));
  }
}

function parseMessage(framed: Uint8Array, { messageBytesMax }: GrpcWebLimits): Uint8Array {
  const assembly = new RequestAssembly(messageBytesMax, new RequestMemory(0));
  assembly.add(framed, true);
  const { compressed, bytes } = assembly.finish();
  if (compressed) throw new ServiceError("unimplemented", "Compressed messages are not taken over gRPC-Web.");
  return bytes;
}

function run(
  { limits }: GrpcWebOptions,
  encoding: WebEncoding,
  method: Method,
  request: HttpRequest,
  message: Uint8Array,
): Promise<HttpResponse> {
  const context: MethodContext = {
    metadata: request.metadata,
    authority: request.authority,
    address: request.address,
    runningSources: () => [],
  };
  return method.kind === "unary"
    ? runUnary(encoding, method, context, message)
    : runStream(encoding, method, context, message, limits.webStreamBytesMax);
}

async function runUnary(
  encoding: WebEncoding,
  method: UnaryMethod,
  context: MethodContext,
  message: Uint8Array,
): Promise<HttpResponse> {
  const reply = await method.handle(context, message);
  const framed = Buffer.concat([toEnvelope(reply), trailerFrame(undefined)]);
  return toResponse(encoding, encoding.toChunk(framed).bytes);
}

async function runStream(
  encoding: WebEncoding,
  method: ServerStreamMethod,
  context: MethodContext,
  message: Uint8Array,
  bytesMax: number,
): Promise<HttpResponse> {
  const responses = new WebResponses(encoding, bytesMax);
  const source = await method.handle(context, message, responses);
  if (responses.failedBefore !== undefined) throw responses.failedBefore;
  responses.follow(source);
  return toResponse(encoding, responses);
}

/** A deadline is for unary calls, and for the beginning of a stream. */
async function withDeadline(
  clock: Clock,
  method: Method,
  request: HttpRequest,
  work: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  let timeoutMs: number | undefined;
  try {
    timeoutMs = parseTimeoutMs(request.metadata.get("grpc-timeout"));
  } catch (error) {
    throw new ServiceError("invalid_argument", error instanceof Error ? error.message : String(error));
  }
  if (timeoutMs === undefined || method.kind !== "unary") return work();
  return new Promise((resolve, reject) => {
    const timer = clock.after(timeoutMs, () =>
      reject(new ServiceError("deadline_exceeded", "The call's deadline has passed.")),
    );
    work()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}

function toResponse(
  { contentType }: WebEncoding,
  body: HttpResponse["body"],
  fields: readonly (readonly [string, string])[] = [],
): HttpResponse {
  return {
    status: 200,
    // What stands between is not to gather a stream, nor to keep an answer.
    headers: [
      ["content-type", contentType],
      ["cache-control", "no-store"],
      ["x-accel-buffering", "no"],
      ...fields,
    ],
    body,
  };
}
