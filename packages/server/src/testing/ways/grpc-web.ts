// gRPC-Web over HTTP/1.1, in base64 or binary. As web clients do, a subscriber begins a new stream where one ends without trailers.

import { type IncomingMessage, request as httpRequest } from "node:http";
import { toEnvelope } from "../../rpc/envelope.js";
import type { ErrorCode } from "../../kernel/errors.js";
import { PUBLISH_PATH, SUBSCRIBE_PATH } from "../grpc-client.js";
import { WebFrames } from "../grpc-web-client.js";
import { fromGrpcStatus } from "./codes.js";
import { Inbox, createSubscriber } from "./inbox.js";
import { putGrpcMessage, toPublishMessage, toSubscribeMessage } from "./messages.js";
import { FRESH, type Port, type Way } from "./way.js";

type Encoding = "text" | "binary";

const CONTENT_TYPES = { text: "application/grpc-web-text", binary: "application/grpc-web" } as const;

interface Call {
  readonly path: string;
  readonly message: Uint8Array;
  readonly encoding: Encoding;
  readonly token: string | undefined;
}

function startCall({ port }: Port, { path, message, encoding, token }: Call) {
  const request = httpRequest({
    ...{ host: "127.0.0.1", port, path, method: "POST", agent: false },
    headers: {
      "content-type": CONTENT_TYPES[encoding],
      ...(token === undefined ? {} : { authorization: token }),
    },
  });
  const envelope = toEnvelope(message);
  request.end(encoding === "text" ? envelope.toString("base64") : envelope);
  return request;
}

/** The status in `text`: of trailers, or of a header field; undefined when there is none. */
function readStatus(frames: WebFrames, response: IncomingMessage): number | undefined {
  const inTrailers = /^grpc-status: *(\d+)\r\n/m.exec(frames.trailers ?? "")?.[1];
  const text = inTrailers ?? (response.headers["grpc-status"] as string | undefined);
  return text === undefined ? undefined : Number(text);
}

function feed(frames: WebFrames, response: IncomingMessage, encoding: Encoding): void {
  const type = response.headers["content-type"] ?? "";
  if (!type.startsWith(CONTENT_TYPES[encoding])) throw new Error(`answered with ${type}`);
  response.on("data", (bytes: Buffer) => {
    if (encoding === "text") frames.add(bytes.toString("latin1"));
    else frames.addBytes(bytes);
  });
}

class WebSubscription {
  readonly inbox: Inbox;
  readonly #start: () => ReturnType<typeof startCall>;
  #request: ReturnType<typeof startCall> | undefined;
  #response: IncomingMessage | undefined;
  #isPaused = false;

  constructor(
    server: Port,
    encoding: Encoding,
    { place, cursor = FRESH, token }: Parameters<Way["open"]>[1],
  ) {
    const inbox = new Inbox(cursor);
    this.inbox = inbox;
    this.#start = () => {
      const message = toSubscribeMessage(place, inbox.received);
      return startCall(server, { path: SUBSCRIBE_PATH, message, encoding, token });
    };
    this.#begin(encoding);
  }

  #begin(encoding: Encoding): void {
    const { inbox } = this;
    this.#request = this.#start();
    this.#request.on("error", () => inbox.lost());
    this.#request.on("response", (response: IncomingMessage) => {
      this.#response = response;
      const frames = new WebFrames();
      feed(frames, response, encoding);
      response.on("data", () => {
        for (const message of frames.takeMessages()) putGrpcMessage(inbox, message);
      });
      if (this.#isPaused) response.pause();
      response.on("error", () => inbox.lost());
      response.on("end", () => {
        const status = readStatus(frames, response);
        if (status !== undefined) inbox.ended(fromGrpcStatus(status));
        else if (!inbox.isOver) this.#begin(encoding);
      });
    });
  }

  cut(): void {
    this.inbox.lost();
    this.#request?.socket?.resetAndDestroy();
  }

  pause(): void {
    this.#isPaused = true;
    this.#response?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#response?.resume();
  }
}

function createWay(name: string, encoding: Encoding): Way {
  return {
    name,

    async open(server, options) {
      const subscription = new WebSubscription(server, encoding, options);
      await subscription.inbox.opened;
      return createSubscriber(subscription.inbox, subscription);
    },

    publish(server, place, value, token) {
      const message = toPublishMessage(place, value);
      return new Promise<ErrorCode | undefined>((resolve, reject) => {
        const request = startCall(server, { path: PUBLISH_PATH, message, encoding, token });
        request.on("error", reject);
        request.on("response", (response: IncomingMessage) => {
          const frames = new WebFrames();
          feed(frames, response, encoding);
          response.on("error", reject);
          response.on("end", () => {
            const status = readStatus(frames, response);
            if (status === undefined) reject(new Error("a unary answer without a status"));
            else resolve(status === 0 ? undefined : fromGrpcStatus(status));
          });
        });
      });
    },
  };
}

export const grpcWebText = createWay("gRPC-Web in base64", "text");
export const grpcWebBinary = createWay("gRPC-Web in binary", "binary");
