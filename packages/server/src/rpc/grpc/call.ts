// One gRPC call on one HTTP/2 stream: gathers the request, keeps the deadline, runs the method.

import type { Http2Stream, StreamHandler } from "@subito/http2";
import type { Clock, Timer } from "../../kernel/clock.js";
import { ServiceError } from "../../kernel/errors.js";
import type { Flushable, Turn } from "../../kernel/turn.js";
import type { Decompressor } from "../compression.js";
import { parseTimeoutMs } from "../deadline.js";
import { RequestAssembly } from "../envelope.js";
import type { Metadata } from "../metadata.js";
import type { Method, MethodContext, ResponseSource, ServerStreamMethod, UnaryMethod } from "../methods.js";
import type { RequestMemory } from "../request-memory.js";
import { GrpcResponses } from "./responses.js";

/** What calls need of the process. */
export interface GrpcEnvironment {
  readonly turn: Turn;
  readonly clock: Clock;
  /** Largest request message, uncompressed. */
  readonly messageBytesMax: number;
  readonly requestMemory: RequestMemory;
  readonly decompressor: Decompressor;
  /** An error that is not the caller's doing. */
  readonly onInternalError: (error: ServiceError) => void;
}

export class GrpcCall implements StreamHandler, MethodContext, Flushable {
  readonly #stream: Http2Stream;
  readonly #method: Method | undefined;
  readonly #environment: GrpcEnvironment;
  readonly #responses: GrpcResponses;
  #request: RequestAssembly | undefined;
  /** Of a stream that has not sent anything yet. */
  #source: ResponseSource | undefined;
  #deadline: Timer | undefined;
  /** The stream was over before the method had ended it. */
  #cancelled = false;

  /** Without a method the call is answered UNIMPLEMENTED, whatever its body. */
  constructor(stream: Http2Stream, method: Method | undefined, environment: GrpcEnvironment) {
    this.#stream = stream;
    this.#method = method;
    this.#environment = environment;
    this.#responses = new GrpcResponses(stream);
    this.#request = new RequestAssembly(environment.messageBytesMax, environment.requestMemory);
    environment.turn.beforeWrites(this);
  }

  get metadata(): Metadata {
    return this.#stream.headers;
  }

  get authority(): string | undefined {
    return this.#stream.headers.authority;
  }

  get address(): string {
    return this.#stream.peerAddress;
  }

  *runningSources(): Iterable<ResponseSource> {
    for (const { handler } of this.#stream.siblings) {
      if (handler instanceof GrpcResponses && handler.source !== undefined) yield handler.source;
    }
  }

  data(bytes: Uint8Array, isLast: boolean): void {
    if (this.#method === undefined) return;
    try {
      this.#request?.add(bytes, isLast);
    } catch (error) {
      this.#fail(error);
    }
  }

  end(): void {
    if (this.#responses.finished || this.#request === undefined) return;
    try {
      if (this.#method === undefined)
        throw new ServiceError("unimplemented", "There is no such method here.");
      const message = this.#request.finish();
      if (message.compressed) this.#runCompressed(this.#method, this.#request);
      else this.#run(this.#method, message.bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  writable(): void {
    this.#source?.resume();
  }

  closed(): void {
    this.#deadline?.cancel();
    this.#releaseRequest();
    const source = this.#source;
    this.#source = undefined;
    if (this.#responses.finished) return;
    this.#responses.finished = true;
    this.#cancelled = true;
    source?.close();
  }

  /** The turn in which the call began ends. Nearly all calls are answered by now, and need neither timer nor copy. */
  flush(): void {
    if (this.#responses.finished || this.#responses.started) return;
    try {
      this.#request?.keep();
      this.#keepDeadline(parseTimeoutMs(this.metadata.get("grpc-timeout")));
    } catch (error) {
      const isBadTimeout = error instanceof RangeError;
      this.#fail(
        isBadTimeout ? new ServiceError("invalid_argument", error.message, { cause: error }) : error,
      );
    }
  }

  #keepDeadline(timeoutMs: number | undefined): void {
    if (timeoutMs === undefined) return;
    this.#deadline = this.#environment.clock.after(timeoutMs, () => {
      // A deadline is for the beginning of a stream: one that lives is not cut by it (wire-contract.md 5.5).
      if (this.#responses.started || this.#responses.finished) return;
      const source = this.#source;
      this.#source = undefined;
      this.#cancelled = true;
      this.#fail(new ServiceError("deadline_exceeded", "The call's deadline has passed."));
      source?.close();
    });
  }

  #runCompressed(method: Method, request: RequestAssembly): void {
    // It is read by another thread, while the turn ends.
    request.keep();
    void this.#decompressAndRun(method, request.finish().bytes);
  }

  async #decompressAndRun(method: Method, bytes: Uint8Array): Promise<void> {
    try {
      const encoding = this.metadata.get("grpc-encoding");
      const isWanted = (): boolean => !this.#responses.finished;
      const message = await this.#environment.decompressor.decompress(bytes, encoding, isWanted);
      if (!this.#responses.finished) this.#run(method, message);
    } catch (error) {
      this.#fail(error);
    }
  }

  #run(method: Method, message: Uint8Array): void {
    if (method.kind === "unary") this.#runUnary(method, message);
    else this.#runServerStream(method, message);
  }

  #runUnary(method: UnaryMethod, message: Uint8Array): void {
    const result = method.handle(this, message);
    if (result instanceof Promise) {
      result.then(
        (response) => {
          this.#responses.reply(response);
          this.#releaseRequest();
        },
        (error: unknown) => this.#fail(error),
      );
      return;
    }
    this.#responses.reply(result);
    this.#releaseRequest();
  }

  #runServerStream(method: ServerStreamMethod, message: Uint8Array): void {
    const source = method.handle(this, message, this.#responses);
    if (source instanceof Promise) {
      source.then(
        (late) => this.#follow(late),
        (error: unknown) => this.#fail(error),
      );
    } else {
      this.#follow(source);
    }
  }

  #follow(source: ResponseSource): void {
    this.#releaseRequest();
    if (this.#cancelled) {
      source.close();
    } else if (this.#responses.finished) {
      return;
    } else if (this.#responses.started) {
      // Nothing of the call is needed any more: a deadline is for the beginning.
      this.#deadline?.cancel();
      this.#responses.run(source);
    } else {
      this.#source = source;
    }
  }

  #fail(error: unknown): void {
    const failure = ServiceError.from(error);
    if (failure.code === "internal") this.#environment.onInternalError(failure);
    this.#responses.end(failure);
    this.#releaseRequest();
  }

  #releaseRequest(): void {
    this.#request?.release();
    this.#request = undefined;
  }
}
