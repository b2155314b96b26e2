// Fuzzes API keys as text: what is read is what was written, in canonical form, and nothing else is a key.

import assert from "node:assert/strict";
import { Choices, type FuzzTarget, latin1 } from "@subito/fuzz";
import { formatApiKeyToken, formatCredential, parseApiKeyToken, parseCredential } from "./api-key.js";

const idCharacters = "0123456789abcdefghijklmnopqrstuvwxyz";
const secretCharacters = `${idCharacters}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

function isMadeOf(text: string, characters: string, lengthMax: number): boolean {
  return (
    text.length >= 1 &&
    text.length <= lengthMax &&
    Array.from(text).every((each) => characters.includes(each))
  );
}

function checkToken(text: string): void {
  const parts = text.split("_");
  const [word, id = "", secret = ""] = parts;
  const isKey =
    parts.length === 3 &&
    word === "subito" &&
    isMadeOf(id, idCharacters, 64) &&
    isMadeOf(secret, secretCharacters, 256);
  const parsed = parseApiKeyToken(text);
  assert.equal(parsed !== undefined, isKey, "what is a key");
  if (parsed === undefined) return;
  assert.equal(parsed.id, id);
  assert.equal(parsed.secret, secret);
  assert.equal(formatApiKeyToken(parsed), text);
}

function checkCredential(text: string): void {
  const parsed = parseCredential(text);
  if (parsed === undefined) return;
  assert.match(text, /^[\w+/=-]+$/);
  assert.deepEqual(parseCredential(formatCredential(parsed)), parsed);
}

/** The input: a kind; then a text as it is, JSON to be put into base64, or an endpoint and a key. */
function run(input: Uint8Array): void {
  const choices = new Choices(input);
  const kind = choices.byte() % 4;
  if (kind === 0) {
    const text = latin1(choices.rest());
    checkToken(text);
    checkCredential(text);
  } else if (kind < 3) {
    checkCredential(Buffer.from(choices.rest()).toString(kind === 1 ? "base64" : "base64url"));
  } else {
    const [endpoint, apiKey] = [choices.textUntil(0xff), latin1(choices.rest())];
    const base64 = formatCredential({ endpoint, apiKey });
    // The other alphabet, and no padding.
    for (const text of [base64, base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")])
      assert.deepEqual(parseCredential(text), { endpoint, apiKey });
  }
}

const json = '{"endpoint":"h:1","api_key":"subito_a_b"}';

export const targets: readonly FuzzTarget[] = [
  {
    name: "api-key",
    inputBytesMax: 400,
    seeds: [
      "\0subito_abc_DEF",
      `\0subito_${"a".repeat(64)}_${"B".repeat(256)}`,
      `\0subito_${"a".repeat(65)}_b`,
      "\0subito_a_b\n",
      `\0${Buffer.from(json).toString("base64")}`,
      `\x01${json}`,
      `\x02${json}`,
      "\x01[]",
      "\x01null",
      '\x01{"endpoint":"\\ud800","api_key":"k"}',
      "\x03host:1\xffsubito_a_b",
    ],
    dictionary: [
      "subito_",
      "_",
      '"endpoint":',
      '"api_key":',
      "==",
      "=",
      '"',
      ",",
      "{",
      "}",
      "\n",
      "__proto__",
      "\\ud800",
    ],
    run,
  },
];
