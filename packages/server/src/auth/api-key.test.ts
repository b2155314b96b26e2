// Texts of API keys: round trips, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  formatApiKeyToken,
  formatCredential,
  hashSecret,
  parseApiKeyToken,
  parseCredential,
  secretMatches,
} from "./api-key.js";

test("a secret matches its own hash and no other", () => {
  const record = { secretSha256: hashSecret("s1") };
  assert.ok(secretMatches(record, "s1"));
  for (const wrong of ["", "s10", "S1", "s2"]) assert.ok(!secretMatches(record, wrong));
  assert.ok(!secretMatches({ secretSha256: "" }, ""));
});

test("a token is read as it was written", () => {
  const key = { id: "a1", secret: "S1" };
  assert.deepEqual(parseApiKeyToken(formatApiKeyToken(key)), key);
});

test("SHA-256 as published", () => {
  assert.equal(hashSecret("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("other texts are no tokens", () => {
  for (const text of [
    "",
    "subito",
    "subito_",
    "subito_a",
    "subito_a_",
    "subito__b",
    "Subito_a_b",
    "subito_A_b",
    "subito_a_b_c",
    "subito_a_b ",
    " subito_a_b",
    "subito_a_b\n",
    "subito_a_é",
  ]) {
    assert.equal(parseApiKeyToken(text), undefined, JSON.stringify(text));
  }
});

test("the SDK form survives a round trip, is canonical base64, and needs no + or /", () => {
  const text = formatCredential({
    endpoint: "127.0.0.1:8080",
    apiKey: formatApiKeyToken({ id: "a".repeat(16), secret: "b".repeat(52) }),
  });
  assert.equal(Buffer.from(text, "base64").toString("base64"), text);
  assert.doesNotMatch(text, /[+/]/);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string(), (endpoint, apiKey) => {
      const formatted = formatCredential({ endpoint, apiKey });
      assert.deepEqual(parseCredential(formatted), { endpoint, apiKey });
      const urlSafe = formatted.replaceAll("+", "-").replaceAll("/", "_");
      assert.deepEqual(parseCredential(urlSafe), { endpoint, apiKey });
    }),
  );
});

test("other texts are no credentials", () => {
  const encode = (text: string) => Buffer.from(text).toString("base64");
  const bad = ["", "!", "subito_a_b", encode("{"), encode("null"), encode("[]"), encode('"x"'), encode("{}")];
  bad.push(
    encode('{"endpoint":"e"}'),
    encode('{"endpoint":1,"api_key":"k"}'),
    encode('{"endpoint":"e","api_key":["k"]}'),
  );
  for (const text of bad) assert.equal(parseCredential(text), undefined, text);
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseCredential(text);
      parseApiKeyToken(text);
    }),
  );
});
