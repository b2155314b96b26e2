// A small gRPC-Web client over fetch(), and the same over HTTP/2: it sends what a test says, and shows frames and trailers as they come.

import type { ClientHttp2Session } from "node:http2";
import { toEnvelope } from "../rpc/envelope.js";

export interface WebFrame {
  readonly isTrailer: boolean;
  readonly bytes: Buffer;
}

/** Frames out of base64 that comes in pieces. */
export class WebFrames {
  #text = "";
  #bytes = Buffer.alloc(0);
  readonly frames: WebFrame[] = [];

  add(piece: string): void {
    this.#text += piece;
    const whole = this.#text.length - (this.#text.length % 4);
    for (const part of this.#text.slice(0, whole).match(/[^=]+={0,2}/g) ?? [])
      this.addBytes(Buffer.from(part, "base64"));
    this.#text = this.#text.slice(whole);
  }

  addBytes(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    while (this.#bytes.length >= 5 && this.#bytes.length >= 5 + this.#bytes.readUInt32BE(1)) {
      const end = 5 + this.#bytes.readUInt32BE(1);
      this.frames.push({ isTrailer: this.#bytes[0] === 0x80, bytes: this.#bytes.subarray(5, end) });
      this.#bytes = this.#bytes.subarray(end);
    }
  }

  /** The messages that have come since it was asked last. */
  takeMessages(): Buffer[] {
    const { messages } = this;
    this.frames.splice(0, this.frames.length, ...this.frames.filter(({ isTrailer }) => isTrailer));
    return messages;
  }

  get messages(): Buffer[] {
    return this.frames.filter(({ isTrailer }) => !isTrailer).map(({ bytes }) => bytes);
  }

  /** The text of the trailers; undefined before them. */
  get trailers(): string | undefined {
    return this.frames.find(({ isTrailer }) => isTrailer)?.bytes.toString("latin1");
  }
}

export const TEXT = "application/grpc-web-text";

export function toWebBody(message: Uint8Array): string {
  return toEnvelope(message).toString("base64");
}

/** One call over HTTP/1.1. Reading its frames is left to the test. */
export function callWeb(
  url: string,
  path: string,
  message: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: "POST",
    headers: { "content-type": TEXT, ...headers },
    body: toWebBody(message),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Reads until `isEnough`, or to the end. */
export async function readFrames(
  response: Response,
  isEnough: (frames: WebFrames) => boolean = () => false,
): Promise<WebFrames> {
  const frames = new WebFrames();
  const decoder = new TextDecoder("latin1");
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    frames.add(decoder.decode(chunk, { stream: true }));
    if (isEnough(frames)) break;
  }
  return frames;
}

/** One call over HTTP/2, to its end. */
export function callWebOver2(
  session: ClientHttp2Session,
  path: string,
  message: Uint8Array,
): Promise<{ status: number; frames: WebFrames }> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":method": "POST", ":path": path, "content-type": TEXT });
    const frames = new WebFrames();
    let status = 0;
    stream.setEncoding("latin1");
    stream.on("response", (fields) => (status = fields[":status"] ?? 0));
    stream.on("data", (piece: string) => frames.add(piece));
    stream.on("end", () => resolve({ status, frames }));
    stream.on("error", reject);
    stream.end(toWebBody(message));
  });
}
