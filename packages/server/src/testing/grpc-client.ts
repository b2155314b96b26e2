// A small gRPC client over node:http2 for tests of the whole server: it sends any body under any path, and shows all that comes.

import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import {
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  create,
  fromBinary,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type _SubscriptionItem,
  _PublishRequestSchema,
  _SubscriptionItemSchema,
  _SubscriptionRequestSchema,
} from "@subito/wire/cachepubsub";
import {
  _CreateCacheRequestSchema,
  _DeleteCacheRequestSchema,
  _ListCachesRequestSchema,
  _ListCachesResponseSchema,
} from "@subito/wire/controlclient";
import { toEnvelope } from "../rpc/envelope.js";

/** How a call ended. */
export interface GrpcEnd {
  readonly httpStatus: number;
  /** `grpc-status`; undefined when the stream was reset without one. */
  readonly status: number | undefined;
  /** `grpc-message`, decoded. */
  readonly message: string;
  readonly fields: IncomingHttpHeaders;
  readonly messages: readonly Buffer[];
}

export class GrpcStream {
  readonly stream: ClientHttp2Stream;
  readonly messages: Buffer[] = [];
  readonly end: Promise<GrpcEnd>;
  #rest = Buffer.alloc(0);
  readonly #waiting = new Set<() => void>();

  constructor(session: ClientHttp2Session, path: string, headers: Readonly<Record<string, string>>) {
    this.stream = session.request(
      { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers", ...headers },
      { endStream: false },
    );
    let fields: IncomingHttpHeaders = {};
    let httpStatus = 0;
    this.stream.on("response", (got) => {
      httpStatus = got[":status"] ?? 0;
      fields = { ...fields, ...got };
    });
    this.stream.on("trailers", (got: IncomingHttpHeaders) => (fields = { ...fields, ...got }));
    this.stream.on("data", (chunk: Buffer) => this.#read(chunk));
    this.stream.on("error", () => undefined);
    this.end = new Promise((resolve) => {
      this.stream.on("close", () => {
        const status = fields["grpc-status"] as string | undefined;
        resolve({
          httpStatus,
          status: status === undefined ? undefined : Number(status),
          message: decodeURIComponent((fields["grpc-message"] as string | undefined) ?? ""),
          fields,
          messages: this.messages,
        });
        for (const look of this.#waiting) look();
      });
    });
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 5 && this.#rest.length >= 5 + this.#rest.readUInt32BE(1)) {
      const end = 5 + this.#rest.readUInt32BE(1);
      this.messages.push(this.#rest.subarray(5, end));
      this.#rest = this.#rest.subarray(end);
    }
    for (const look of this.#waiting) look();
  }

  /** Resolves once `isEnough` holds; rejects when the stream is over before. */
  until(isEnough: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (isEnough()) resolve();
        else if (this.stream.destroyed) reject(new Error("the stream is over"));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** The topic items and the rest of what a subscription was sent. */
  items(): _SubscriptionItem["kind"][] {
    return this.messages.map((bytes) => fromBinary(_SubscriptionItemSchema, bytes).kind);
  }

  texts(): string[] {
    return this.items().flatMap((kind) => {
      if (kind.case !== "item" || kind.value.value?.kind.case !== "text") return [];
      return [kind.value.value.kind.value];
    });
  }
}

/** One call with this body; resolves when it has ended. */
export function callGrpc(
  session: ClientHttp2Session,
  path: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<GrpcEnd> {
  const call = new GrpcStream(session, path, headers);
  call.stream.end(body);
  return call.end;
}

export function toBody<Schema extends DescMessage>(schema: Schema, init: MessageInitShape<Schema>): Buffer {
  return toEnvelope(toBinary(schema, create(schema, init)));
}

export const PUBLISH_PATH = "/cache_client.pubsub.Pubsub/Publish";
export const SUBSCRIBE_PATH = "/cache_client.pubsub.Pubsub/Subscribe";
export const PING_PATH = "/cache_client.Ping/Ping";
const CONTROL_PATH = "/control_client.ScsControl";

export interface Place {
  readonly cacheName: string;
  readonly topic: string;
}

export function publishGrpc(
  session: ClientHttp2Session,
  place: Place,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<GrpcEnd> {
  const value = { kind: { case: "text" as const, value: text } };
  return callGrpc(session, PUBLISH_PATH, toBody(_PublishRequestSchema, { ...place, value }), headers);
}

/** Opens a subscription from the newest item on. */
export function subscribeGrpc(
  session: ClientHttp2Session,
  place: Place,
  headers: Readonly<Record<string, string>> = {},
): GrpcStream {
  const call = new GrpcStream(session, SUBSCRIBE_PATH, headers);
  call.stream.end(toBody(_SubscriptionRequestSchema, place));
  return call;
}

export function createCacheGrpc(
  session: ClientHttp2Session,
  cacheName: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<GrpcEnd> {
  return callGrpc(
    session,
    `${CONTROL_PATH}/CreateCache`,
    toBody(_CreateCacheRequestSchema, { cacheName }),
    headers,
  );
}

export function deleteCacheGrpc(session: ClientHttp2Session, cacheName: string): Promise<GrpcEnd> {
  return callGrpc(session, `${CONTROL_PATH}/DeleteCache`, toBody(_DeleteCacheRequestSchema, { cacheName }));
}

export async function listCachesGrpc(session: ClientHttp2Session): Promise<string[]> {
  const end = await callGrpc(session, `${CONTROL_PATH}/ListCaches`, toBody(_ListCachesRequestSchema, {}));
  const response: MessageShape<typeof _ListCachesResponseSchema> = fromBinary(
    _ListCachesResponseSchema,
    end.messages[0] ?? new Uint8Array(0),
  );
  return response.cache.map(({ cacheName }) => cacheName);
}
