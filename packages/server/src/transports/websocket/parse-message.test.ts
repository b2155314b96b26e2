// Messages of clients: what each type takes, and what is said of those that are none.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toBinaryMessage } from "../../testing/binary-message.js";
import { code } from "../../testing/topics-world.js";
import {
  PLAIN_JSON_BYTES_MAX,
  type SocketRequest,
  parseMessage,
  readId,
  toRequest,
} from "./parse-message.js";

function parse(json: object | string, bytes?: Uint8Array): SocketRequest {
  const text = Buffer.from(typeof json === "string" ? json : JSON.stringify(json));
  const message =
    bytes === undefined ? parseMessage("text", text) : parseMessage("binary", toBinaryMessage(json, bytes));
  return toRequest(message, readId(message));
}

const topic = { cache: "c", topic: "t" };
const names = { cacheName: "c", topicName: "t" };

test("every type is read with its fields", () => {
  const value = (kind: string, bytes: string) => ({ kind, value: Buffer.from(bytes, "hex") });
  const rows: [object, object][] = [
    [{ type: "authenticate", token: "x" }, { token: "x" }],
    [{ type: "renew_token", token: "x" }, { token: "x" }],
    [
      { type: "subscribe", ...topic },
      { ...names, cursor: { sequence: 0, page: 0 } },
    ],
    [
      { type: "subscribe", ...topic, sequence_number: 5, sequence_page: 7 },
      { ...names, cursor: { sequence: 5, page: 7 } },
    ],
    [{ type: "unsubscribe", ...topic }, names],
    [
      { type: "publish", ...topic, value: { text: "é" } },
      { ...names, value: value("text", "c3a9") },
    ],
    [
      { type: "publish", ...topic, value: { text: "" } },
      { ...names, value: value("text", "") },
    ],
    [
      { type: "publish", ...topic, value: { binary: "AP8=" } },
      { ...names, value: value("binary", "00ff") },
    ],
    [
      { type: "publish", ...topic, value: { binary: "AP8" } },
      { ...names, value: value("binary", "00ff") },
    ],
    [
      { type: "publish", ...topic, value: { binary: "-_8=" } },
      { ...names, value: value("binary", "fbff") },
    ],
    [
      { type: "publish", ...topic, value: { binary: "" } },
      { ...names, value: value("binary", "") },
    ],
    [{ type: "ping" }, {}],
  ];
  for (const [json, fields] of rows) {
    const { type } = json as { type: string };
    assert.deepEqual(parse({ id: 3, ...json }), { id: 3, type, ...fields });
  }
});

test("publish may be binary, and nothing else may", () => {
  assert.deepEqual(parse({ id: 0, type: "publish", ...topic }, Uint8Array.of(0, 255)), {
    ...{ id: 0, type: "publish", ...names },
    value: { kind: "binary", value: Buffer.of(0, 255) },
  });
  assert.throws(() => parse({ id: 0, type: "ping" }, Uint8Array.of()), code("invalid_argument", /publish/));
  const both = { id: 0, type: "publish", ...topic, value: { text: "x" } };
  assert.throws(() => parse(both, Uint8Array.of()), code("invalid_argument", /no field "value"/));
});

test("a number from 0 to 2^53-1 is an id, and nothing else is", () => {
  for (const id of [0, 1, 2 ** 53 - 1]) assert.equal(parse({ id, type: "ping" }).id, id);
  for (const id of ["-1", "0.5", "9007199254740992", "1e400", '"1"', "null", "[1]", "true"])
    assert.throws(() => parse(`{"id":${id},"type":"ping"}`), code("invalid_argument", /^id is not a whole/));
  assert.throws(() => parse('{"type":"ping"}'), code("invalid_argument", /^id is needed/));
});

test("what is wrong is said in words that name the field", () => {
  const publish = { type: "publish", ...topic };
  const rows: [object, RegExp][] = [
    [{}, /^type is needed/],
    [{ type: 1 }, /^type is needed/],
    [{ type: "Ping" }, /type "Ping"; known are .*ping/],
    [{ type: "constructor" }, /type "constructor"/],
    [{ type: "ping", cache: "c" }, /no field "cache" here; known are id, type\./],
    [{ type: "subscribe", topic: "t" }, /^cache is needed, as a text/],
    [{ type: "subscribe", cache: "c", topic: 1 }, /^topic is needed, as a text/],
    [{ type: "subscribe", ...topic, sequence_number: "5" }, /^sequence_number is not a whole number/],
    [{ type: "subscribe", ...topic, sequence_page: -1 }, /^sequence_page is not a whole number/],
    [{ type: "subscribe", ...topic, sequence_page: null }, /^sequence_page is not a whole number/],
    [{ type: "authenticate" }, /^token is needed/],
    [{ type: "authenticate", token: "" }, /^token is empty/],
    [publish, /^value is needed/],
    [{ ...publish, value: "x" }, /^value is needed/],
    [{ ...publish, value: [] }, /^value is needed/],
    [{ ...publish, value: {} }, /either text or binary/],
    [{ ...publish, value: { text: "x", binary: "" } }, /either text or binary/],
    [{ ...publish, value: { txt: "x" } }, /no field "txt"/],
    [{ ...publish, value: { text: 1 } }, /value\.text is not a text/],
    [{ ...publish, value: { text: "\ud800" } }, /not valid Unicode/],
    [{ ...publish, value: { binary: 1 } }, /base64/],
  ];
  for (const binary of [
    "A",
    "AAAAA",
    "AA=A",
    "AA===",
    "A===",
    "=",
    "AA A",
    "AA!A",
    "AAA\n",
    "éAAA",
    "AAAA=",
    "AA=",
  ])
    rows.push([{ ...publish, value: { binary } }, /base64/]);
  for (const [json, text] of rows)
    assert.throws(() => parse({ id: 1, ...json }), code("invalid_argument", text), JSON.stringify(json));
});

test("what is no message at all is told so", () => {
  for (const text of ["", "{", "nothing", '{"id":1}x', "\ufeff{}"])
    assert.throws(() => parse(text), code("invalid_argument", /not JSON/));
  for (const text of ["1", "null", "[]", '"x"'])
    assert.throws(() => parse(text), code("invalid_argument", /object/));
  for (const bytes of [[], [0, 0, 0], [0, 0, 0, 1], [0xff, 0xff, 0xff, 0xff, 0x7b, 0x7d]])
    assert.throws(() => parseMessage("binary", Uint8Array.from(bytes)), code("invalid_argument", /length/));
  const notUtf8 = Uint8Array.of(0, 0, 0, 4, 0x7b, 0xff, 0x7d, 0x20);
  assert.throws(() => parseMessage("binary", notUtf8), code("invalid_argument", /UTF-8/));
});

test("names of fields that mean something to the language mean nothing here", () => {
  for (const field of ["__proto__", "constructor", "toString"]) {
    const text = `{"id":1,"type":"ping","${field}":{"type":"publish","token":"x"}}`;
    assert.throws(() => parse(text), code("invalid_argument", /no field/));
    assert.throws(
      () => parse(`{"${field}":{"id":1,"type":"ping"}}`),
      code("invalid_argument", /^id is needed/),
    );
  }
  assert.equal(({} as Record<string, unknown>)["token"], undefined);
});

test("a large message that is deep or has many fields is refused before it is parsed; a large text is not", () => {
  const room = PLAIN_JSON_BYTES_MAX;
  for (const large of ["[".repeat(room + 1), `[${"1,".repeat(room)}1]`, `{"a":${"[".repeat(room)}`])
    assert.throws(() => parse(large), code("invalid_argument", /more fields/));
  // Brackets, quotes and backslashes inside of a text are no structure.
  const text = '[{,:\\"'.repeat(room);
  const request = parse({ id: 1, type: "publish", ...topic, value: { text } });
  assert.ok(request.type === "publish" && Buffer.from(request.value.value).equals(Buffer.from(text)));
});

test("any value comes through as it is, as text, as base64 and as bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.uint8Array(), (text, bytes) => {
      const publish = { id: 1, type: "publish", ...topic };
      const value = (request: SocketRequest) =>
        request.type === "publish" && Buffer.from(request.value.value);
      assert.deepEqual(value(parse({ ...publish, value: { text } })), Buffer.from(text));
      const binary = Buffer.from(bytes).toString("base64");
      assert.deepEqual(value(parse({ ...publish, value: { binary } })), Buffer.from(bytes));
      assert.deepEqual(value(parse(publish, bytes)), Buffer.from(bytes));
    }),
  );
});
