// Fuzzes the messages of WebSocket clients: what is taken is what a plain reading of the JSON says, and comes back when it is written again.

import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { Choices, type FuzzTarget } from "@subito/fuzz";
import { ServiceError } from "../../kernel/errors.js";
import { toBinaryMessage } from "../../testing/binary-message.js";
import { REQUEST_FIELDS, type SocketRequest, parseMessage, readId, toRequest } from "./parse-message.js";

/** Undefined: refused. */
function read(kind: "text" | "binary", bytes: Uint8Array): SocketRequest | undefined {
  try {
    const message = parseMessage(kind, bytes);
    return toRequest(message, readId(message));
  } catch (error) {
    assert.ok(error instanceof ServiceError && error.code === "invalid_argument", String(error));
    assert.ok(error.message.length < 500, "a message of bounded length");
    return undefined;
  }
}

/** The message that says the same, in its simplest form. */
function write(request: SocketRequest): object {
  const { id, type } = request;
  if (request.type === "ping") return { id, type };
  if ("token" in request) return { id, type, token: request.token };
  const topic = { id, type, cache: request.cacheName, topic: request.topicName };
  if (request.type === "unsubscribe") return topic;
  if (request.type === "subscribe") {
    return { ...topic, sequence_number: request.cursor.sequence, sequence_page: request.cursor.page };
  }
  const { kind, value } = request.value;
  const bytes = Buffer.from(value);
  assert.ok(kind === "binary" || isUtf8(bytes), "a text has UTF-8");
  return {
    ...topic,
    value: kind === "text" ? { text: bytes.toString() } : { binary: bytes.toString("base64") },
  };
}

/** The fields of an accepted text message are those that JSON says, but for base64 and what was left out. */
function checkText(text: string, request: SocketRequest): void {
  const said = JSON.parse(text) as Record<string, unknown>;
  const fallback = request.type === "subscribe" ? { sequence_number: 0, sequence_page: 0 } : {};
  const value = said["value"] as { readonly text?: string; readonly binary?: string } | undefined;
  const inBase64 =
    value?.binary === undefined
      ? {}
      : { value: { binary: Buffer.from(value.binary, "base64").toString("base64") } };
  assert.deepEqual(write(request), { ...fallback, ...normal(said), ...inBase64 });
  for (const name of Object.keys(said)) assert.ok(REQUEST_FIELDS[request.type].includes(name), name);
}

/** -0 is written as 0. */
function normal(said: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [name, value === 0 ? 0 : value]));
}

function run(input: Uint8Array): void {
  const choices = new Choices(input);
  const kind = choices.byte() % 2 === 0 ? "text" : "binary";
  const rest = choices.rest();
  // Text was looked at when it was put together from its frames.
  const bytes = kind === "text" ? Buffer.from(Buffer.from(rest).toString()) : rest;
  const before = Buffer.from(bytes);
  const request = read(kind, bytes);
  assert.ok(before.equals(bytes), "the bytes are left as they are");
  if (request === undefined) return;
  assert.ok(Number.isSafeInteger(request.id) && request.id >= 0);
  if (kind === "text") checkText(bytes.toString(), request);
  assert.deepEqual(read("text", Buffer.from(JSON.stringify(write(request)))), plain(request));
  if (request.type !== "publish") return;
  const { kind: valueKind, value } = request.value;
  const { id, type, cacheName: cache, topicName: topic } = request;
  const again = read("binary", toBinaryMessage({ id, type, cache, topic }, value));
  if (valueKind === "binary") assert.deepEqual(again && plain(again), plain(request));
}

/** With 0 for -0, and a value that compares. */
function plain(request: SocketRequest): SocketRequest {
  const id = request.id === 0 ? 0 : request.id;
  if (request.type === "publish") {
    return { ...request, id, value: { ...request.value, value: Buffer.from(request.value.value) } };
  }
  if (request.type !== "subscribe") return { ...request, id };
  const { sequence, page } = request.cursor;
  return { ...request, id, cursor: { sequence: sequence === 0 ? 0 : sequence, page: page === 0 ? 0 : page } };
}

const topic = '"cache":"default","topic":"news"';
const publish = `{"id":1,"type":"publish",${topic}}`;

export const targets: readonly FuzzTarget[] = [
  {
    name: "websocket-message",
    inputBytesMax: 250,
    seeds: [
      '\0{"id":1,"type":"authenticate","token":"subito_a_b"}',
      '\0{"id":0,"type":"renew_token","token":"x"}',
      `\0{"id":2,"type":"subscribe",${topic}}`,
      `\0{"id":3,"type":"subscribe",${topic},"sequence_number":5,"sequence_page":1764075600000}`,
      `\0{"id":4,"type":"unsubscribe",${topic}}`,
      `\0{"id":5,"type":"publish",${topic},"value":{"text":"Hello!"}}`,
      `\0{"id":6,"type":"publish",${topic},"value":{"binary":"AP8="}}`,
      '\0{"id":9007199254740991,"type":"ping"}',
      "\0[[[[",
      `\x01\0\0\0${String.fromCharCode(publish.length)}${publish}\xff\0`,
      `\x01\0\0\0\x02{}`,
      "\x01\xff\xff\xff\xff{}",
    ],
    dictionary: [
      ...['"id":', '"type":', '"token":', '"cache":', '"topic":', '"value":', '"text":', '"binary":'],
      ...['"sequence_number":', '"sequence_page":', '"__proto__":', '"constructor":', '"toString"'],
      ...['"ping"', '"publish"', '"subscribe"', '"unsubscribe"', '"authenticate"', '"renew_token"'],
      ...["-0", "-1", "1e400", "1e3", "0.5", "9007199254740992", "null", "true", "{}", "[]", '""'],
      ...['"AAA="', '"AA=="', '"-_8"', "\\ud800", "\\ud83d\\ude00", "\\u0000", "\xef\xbb\xbf", ",", "{", "}"],
    ],
    run,
  },
];
