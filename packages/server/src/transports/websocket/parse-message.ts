// A message of a client, from its bytes to a request with plain values (docs/reference/websocket.md).

import { isUtf8 } from "node:buffer";
import { ServiceError } from "../../kernel/errors.js";
import type { TopicValue } from "../../ports/topic-engine.js";
import type { ResumeCursor } from "../../topics/resume.js";

interface Addressed {
  readonly cacheName: string;
  readonly topicName: string;
}

export type SocketRequest = { readonly id: number } & (
  | { readonly type: "authenticate" | "renew_token"; readonly token: string }
  | ({ readonly type: "subscribe"; readonly cursor: ResumeCursor } & Addressed)
  | ({ readonly type: "unsubscribe" } & Addressed)
  | ({ readonly type: "publish"; readonly value: TopicValue } & Addressed)
  | { readonly type: "ping" }
);

export type RequestType = SocketRequest["type"];

/** The JSON object of a message, and the bytes behind it in a binary one. Nothing of it is checked. */
export interface SocketMessage {
  readonly body: Readonly<Record<string, unknown>>;
  readonly bytes: Uint8Array | undefined;
}

/** Every type, and the fields it may have. */
export const REQUEST_FIELDS: Readonly<Record<RequestType, readonly string[]>> = {
  authenticate: ["id", "type", "token"],
  renew_token: ["id", "type", "token"],
  subscribe: ["id", "type", "cache", "topic", "sequence_number", "sequence_page"],
  unsubscribe: ["id", "type", "cache", "topic"],
  publish: ["id", "type", "cache", "topic", "value"],
  ping: ["id", "type"],
};

const BINARY_PUBLISH_FIELDS = REQUEST_FIELDS.publish.filter((name) => name !== "value");
const VALUE_FIELDS = ["text", "binary"];

/** The bytes before the JSON of a binary message: how long that is. */
export const LENGTH_BYTES = 4;

/** JSON up to this is parsed as it is; the structure of a longer one is counted before, for deep nesting makes a small text dear. */
export const PLAIN_JSON_BYTES_MAX = 4 * 1024;
/** Brackets, commas and colons of a longer one: far more than any request has. */
export const STRUCTURE_MAX = 64;

/** The object in a whole message, `text` or `binary`; throws `invalid_argument` when there is none. */
export function parseMessage(kind: "text" | "binary", all: Uint8Array): SocketMessage {
  const bytes = Buffer.from(all.buffer, all.byteOffset, all.byteLength);
  if (kind === "text") return { body: parseObject(bytes), bytes: undefined };
  const end = bytes.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + bytes.readUInt32BE(0);
  if (end > bytes.length) {
    throw invalid(
      "A binary message begins with the length of its JSON, four bytes big-endian, and the JSON.",
    );
  }
  const json = bytes.subarray(LENGTH_BYTES, end);
  if (!isUtf8(json)) throw invalid("The JSON of the message is not valid UTF-8.");
  return { body: parseObject(json), bytes: bytes.subarray(end) };
}

function parseObject(json: Buffer): SocketMessage["body"] {
  if (json.length > PLAIN_JSON_BYTES_MAX && isOvergrown(json)) {
    throw invalid("The message has more fields than any request.");
  }
  let value: unknown;
  try {
    value = JSON.parse(json.toString("utf8"));
  } catch (cause) {
    throw invalid("The message is not JSON.", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid("The message is not a JSON object.");
  }
  return value as SocketMessage["body"];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [BRACE, BRACKET, COMMA, COLON] = [0x7b, 0x5b, 0x2c, 0x3a];

/** Whether there is more outside of texts than a request needs. Of what is no JSON, any answer is right. */
function isOvergrown(json: Uint8Array): boolean {
  let count = 0;
  let inText = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (byte === QUOTE) inText = !inText;
    else if (inText) i += byte === BACKSLASH ? 1 : 0;
    else if (byte === BRACE || byte === BRACKET || byte === COMMA || byte === COLON) count++;
    if (count > STRUCTURE_MAX) return true;
  }
  return false;
}

/** The number that the answer will carry; throws `invalid_argument` when there is none that could be given back. */
export function readId({ body }: SocketMessage): number {
  if (body["id"] === undefined) throw invalid(`id is needed, as ${WHOLE}.`);
  return readWhole(body, "id", 0);
}

/** What is asked for; throws `invalid_argument` when it is not exactly one of the requests. Names are checked by whoever uses them. */
export function toRequest({ body, bytes }: SocketMessage, id: number): SocketRequest {
  const type = readType(body["type"]);
  if (bytes !== undefined && type !== "publish") {
    throw invalid("Of the messages of a client only publish may be binary.");
  }
  checkFields(body, bytes === undefined ? REQUEST_FIELDS[type] : BINARY_PUBLISH_FIELDS);
  switch (type) {
    case "authenticate":
    case "renew_token":
      return { id, type, token: readToken(body) };
    case "subscribe":
      return {
        ...{ id, type, cacheName: readText(body, "cache"), topicName: readText(body, "topic") },
        cursor: {
          sequence: readWhole(body, "sequence_number", 0),
          page: readWhole(body, "sequence_page", 0),
        },
      };
    case "unsubscribe":
      return { id, type, cacheName: readText(body, "cache"), topicName: readText(body, "topic") };
    case "publish":
      return {
        ...{ id, type, cacheName: readText(body, "cache"), topicName: readText(body, "topic") },
        value: bytes === undefined ? readValue(body["value"]) : { kind: "binary", value: bytes },
      };
    case "ping":
      return { id, type };
  }
}

function readType(type: unknown): RequestType {
  if (typeof type === "string" && Object.hasOwn(REQUEST_FIELDS, type)) return type as RequestType;
  const known = Object.keys(REQUEST_FIELDS).join(", ");
  if (typeof type !== "string") throw invalid(`type is needed, as one of the texts ${known}.`);
  throw invalid(`There is no message of type ${quote(type)}; known are ${known}.`);
}

/** Refuses what would otherwise be dropped without a word: a name that is spelt another way, or has no meaning here. */
function checkFields(object: object, known: readonly string[]): void {
  for (const name in object) {
    if (known.includes(name)) continue;
    throw invalid(`There is no field ${quote(name)} here; known are ${known.join(", ")}.`);
  }
}

function readText(body: SocketMessage["body"], name: string): string {
  const text = body[name];
  if (typeof text !== "string") throw invalid(`${name} is needed, as a text.`);
  return text;
}

function readToken(body: SocketMessage["body"]): string {
  const token = readText(body, "token");
  // Nothing at all would be the caller without a token.
  if (token === "") throw invalid("token is empty.");
  return token;
}

const WHOLE = "a whole number from 0 to 2^53-1";

function readWhole(body: SocketMessage["body"], name: string, fallback: number): number {
  const value = body[name] === undefined ? fallback : body[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw invalid(`${name} is not ${WHOLE}.`);
  }
  return value;
}

/** `{"text":"…"}` or `{"binary":"base64…"}`. */
function readValue(value: unknown): TopicValue {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid('value is needed, as {"text":"…"} or {"binary":"…"}.');
  }
  checkFields(value, VALUE_FIELDS);
  const { text, binary } = value as Readonly<Record<string, unknown>>;
  if ((text === undefined) === (binary === undefined)) throw invalid("value is either text or binary.");
  if (binary !== undefined) return { kind: "binary", value: readBase64(binary) };
  if (typeof text !== "string") throw invalid("value.text is not a text.");
  // An escape can name half a character, which has no UTF-8.
  if (!text.isWellFormed()) throw invalid("value.text is not valid Unicode.");
  return { kind: "text", value: Buffer.from(text, "utf8") };
}

/** Base64 in either alphabet (RFC 4648 4, 5), with padding or without. */
function readBase64(text: unknown): Uint8Array {
  if (typeof text === "string") {
    const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    const digits = text.length - padding;
    const bytes = Buffer.from(text, "base64");
    // Other characters are passed over, and then there are fewer bytes.
    const isWhole = digits % 4 !== 1 && (padding === 0 || text.length % 4 === 0);
    if (isWhole && bytes.length === Math.floor((digits * 3) / 4)) return bytes;
  }
  throw invalid("value.binary is not a text in base64.");
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}

function invalid(message: string, cause?: unknown): ServiceError {
  return new ServiceError("invalid_argument", message, { cause });
}
