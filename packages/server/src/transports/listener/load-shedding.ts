// Refuses new requests while memory or outboxes are full, before anything is made for them (decision 0007).

import { type Http2Stream, Reply, type StreamHandler, encodeHeaders } from "@subito/http2";
import { ServiceError } from "../../kernel/errors.js";
import { errorReply } from "../../rpc/grpc/replies.js";

/** Why requests are refused at present: the names are those of the counters. */
export type ShedReason = "memory" | "outbox";

/** What tells how the server is, and costs nothing. */
const ALWAYS_SERVED: ReadonlySet<string> = new Set([
  "/livez",
  "/readyz",
  "/metrics",
  "/cache_client.Ping/Ping",
]);

// No word by which SDKs would take it for a limit of the account (wire-contract.md 2.4). RESOURCE_EXHAUSTED, because some would
// send UNAVAILABLE again at once, and make it worse (2.6).
const MESSAGE = "The server is short of memory; try again later.";

export const SERVER_IS_FULL = { code: "Unavailable", message: MESSAGE } as const;

const grpcReply = errorReply(new ServiceError("resource_exhausted", MESSAGE));
const body = Buffer.from(JSON.stringify(SERVER_IS_FULL));
const httpHeaders = encodeHeaders([
  [":status", "503"],
  ["content-type", "application/json"],
  ["content-length", String(body.length)],
]);
const httpReply = new Reply(httpHeaders, body);
const headReply = new Reply(httpHeaders, new Uint8Array(0));

export class LoadShedding {
  readonly refused: Record<ShedReason, number> = { memory: 0, outbox: 0 };
  readonly #reason: () => ShedReason | undefined;

  /** `reason` is asked at each request: why those are refused now, or undefined. */
  constructor(reason: () => ShedReason | undefined) {
    this.#reason = reason;
  }

  /** True when a request is refused, and counted. */
  refuses(method: string, path: string): boolean {
    const reason = this.#reason();
    if (reason === undefined || ALWAYS_SERVED.has(path.split("?", 1)[0] as string)) return false;
    // Large answers come to GET alone: one peer that does not read must not keep the others from publishing.
    if (reason === "outbox" && method !== "GET") return false;
    this.refused[reason]++;
    return true;
  }
}

/** A refused request over HTTP/2: its body is dropped, and it gets an answer that was made once for all. */
export class RefusedRequest implements StreamHandler {
  readonly #stream: Http2Stream;
  readonly #reply: Reply;

  constructor(stream: Http2Stream, isGrpc: boolean) {
    this.#stream = stream;
    this.#reply = isGrpc ? grpcReply : stream.headers.method === "HEAD" ? headReply : httpReply;
  }

  data(): void {
    // Dropped.
  }

  end(): void {
    this.#stream.reply(this.#reply);
  }

  writable(): void {
    // A whole response waits in the stream by itself.
  }

  closed(): void {
    // Nothing is held.
  }
}
