// Signed tokens: round trips, and everything that must not be believed (RFC 8725).

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import type { SigningKeyRecord } from "../ports/catalog.js";
import type { TokenClaims } from "./token-claims.js";
import { readKeyId, signToken, verifyToken } from "./tokens.js";

const NOW_MS = Date.UTC(2026, 0, 1);
const KEY: SigningKeyRecord = { id: "k1", secret: "A".repeat(43), use: "server", createdAtMs: 0 };
const OTHER: SigningKeyRecord = { ...KEY, secret: "B".repeat(43) };
const HOLDER: SigningKeyRecord = { ...KEY, use: "holder" };

const rules = [
  { type: "topic", permissions: ["read"], caches: { name: "c" }, topics: { prefix: "p" } },
] as const;
const disposable: TokenClaims = {
  ...{ kind: "disposable", id: "t1", tokenId: "alice", issuedBy: "key1", permissions: { rules } },
  ...{ issuedAtMs: NOW_MS, expiresAtMs: NOW_MS + 60_000 },
};
const session: TokenClaims = {
  ...{ kind: "session", id: "s1", roleId: "owner", issuedBy: "" },
  ...{ issuedAtMs: NOW_MS + 0.0, expiresAtMs: NOW_MS + 60_000 },
};
const key: TokenClaims = { kind: "key", id: "a1", legacy: false, issuedAtMs: NOW_MS };
const legacy: TokenClaims = { ...key, legacy: true, expiresAtMs: NOW_MS + 1500 };

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signed by hand, so that the header and the payload may say anything. */
function forge(header: object, payload: unknown, secret = KEY.secret, hash = "sha256"): string {
  const text = `${encode(header)}.${encode(payload)}`;
  const signature = createHmac(hash, Buffer.from(secret, "base64url")).update(text).digest("base64url");
  return `${text}.${signature}`;
}

const GOOD_HEADER = { alg: "HS256", typ: "JWT", kid: "k1" };
const GOOD_PAYLOAD = {
  ...{ kind: "disposable", jti: "t1", iat: NOW_MS / 1000, exp: NOW_MS / 1000 + 60 },
  permissions: { rules },
};

test("what was signed is read as it was, to the millisecond", async () => {
  for (const claims of [disposable, session, key, legacy]) {
    const token = await signToken(claims, KEY, "example.test:1");
    assert.equal(readKeyId(token), "k1");
    assert.deepEqual(await verifyToken(token, KEY, NOW_MS), claims);
  }
});

test("each form has what SDKs look for in it", async () => {
  const payloadOf = async (claims: TokenClaims): Promise<Record<string, unknown>> => {
    const [, payload = ""] = (await signToken(claims, KEY, "example.test")).split(".");
    return JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
  };
  assert.equal((await payloadOf(key))["t"], "g");
  const { t, cp, c } = await payloadOf(legacy);
  assert.deepEqual([t, cp, c], [undefined, "control.example.test", "cache.example.test"]);
  for (const claims of [session, disposable]) {
    const payload = await payloadOf(claims);
    assert.ok(!("t" in payload) && !("c" in payload) && !("cp" in payload));
  }
});

test("a token made by hand as it should be is believed", async () => {
  assert.ok((await verifyToken(forge(GOOD_HEADER, GOOD_PAYLOAD), KEY, NOW_MS)) !== undefined);
  assert.ok((await verifyToken(forge(GOOD_HEADER, GOOD_PAYLOAD), HOLDER, NOW_MS)) !== undefined);
});

const later = (seconds: number): number => NOW_MS / 1000 + seconds;

for (const [what, token] of [
  ["another secret", forge(GOOD_HEADER, GOOD_PAYLOAD, OTHER.secret)],
  ["no signature", `${encode({ ...GOOD_HEADER, alg: "none" })}.${encode(GOOD_PAYLOAD)}.`],
  ["alg none with a signature", forge({ ...GOOD_HEADER, alg: "none" }, GOOD_PAYLOAD)],
  ["alg NONE", forge({ ...GOOD_HEADER, alg: "NONE" }, GOOD_PAYLOAD)],
  ["HS512, rightly signed", forge({ ...GOOD_HEADER, alg: "HS512" }, GOOD_PAYLOAD, KEY.secret, "sha512")],
  ["RS256 over the secret", forge({ ...GOOD_HEADER, alg: "RS256" }, GOOD_PAYLOAD)],
  [
    "a key of its own in the header",
    forge({ ...GOOD_HEADER, jwk: { kty: "oct", k: OTHER.secret } }, GOOD_PAYLOAD, OTHER.secret),
  ],
  ["an extension that must be understood", forge({ ...GOOD_HEADER, crit: ["exp"], exp: 1 }, GOOD_PAYLOAD)],
  ["an unencoded payload", forge({ ...GOOD_HEADER, b64: false, crit: ["b64"] }, GOOD_PAYLOAD)],
  ["nbf in the future", forge(GOOD_HEADER, { ...GOOD_PAYLOAD, nbf: later(61) })],
  ["iat in the future", forge(GOOD_HEADER, { ...GOOD_PAYLOAD, iat: later(61), exp: later(100) })],
  ["no exp", forge(GOOD_HEADER, { ...GOOD_PAYLOAD, exp: undefined })],
  ["an exp that is text", forge(GOOD_HEADER, { ...GOOD_PAYLOAD, exp: "never" })],
  ["an exp beyond 25 hours", forge(GOOD_HEADER, { ...GOOD_PAYLOAD, exp: later(90_001) })],
  ["no iat", forge(GOOD_HEADER, { ...GOOD_PAYLOAD, iat: undefined })],
  ["no jti", forge(GOOD_HEADER, { ...GOOD_PAYLOAD, jti: undefined })],
  ["a jti of 65 characters", forge(GOOD_HEADER, { ...GOOD_PAYLOAD, jti: "j".repeat(65) })],
  ["a token id of 65 characters", forge(GOOD_HEADER, { ...GOOD_PAYLOAD, token_id: "t".repeat(65) })],
  ["no kind", forge(GOOD_HEADER, { ...GOOD_PAYLOAD, kind: undefined })],
  ["a kind of the prototype", forge(GOOD_HEADER, { ...GOOD_PAYLOAD, kind: "__proto__" })],
  ["no permissions", forge(GOOD_HEADER, { ...GOOD_PAYLOAD, permissions: undefined })],
  [
    "rules about the server",
    forge(GOOD_HEADER, {
      ...GOOD_PAYLOAD,
      permissions: { rules: [{ type: "auth_management", permissions: ["write"], items: "*" }] },
    }),
  ],
  [
    "more than 20 rules",
    forge(GOOD_HEADER, {
      ...GOOD_PAYLOAD,
      permissions: { rules: Array.from({ length: 21 }, () => rules[0]) },
    }),
  ],
  ["a payload that is a list", forge(GOOD_HEADER, [GOOD_PAYLOAD])],
  ["a payload that is null", forge(GOOD_HEADER, null)],
] as const) {
  test(`not believed: ${what}`, async () => {
    assert.equal(await verifyToken(token, KEY, NOW_MS), undefined);
  });
}

test("clocks may be ahead by a minute where that is tolerated, and no more", async () => {
  for (const ahead of [1, 60]) {
    const payload = { ...GOOD_PAYLOAD, iat: later(ahead), nbf: later(ahead), exp: later(ahead + 60) };
    assert.ok((await verifyToken(forge(GOOD_HEADER, payload), KEY, NOW_MS)) !== undefined, String(ahead));
  }
});

test("whoever was given a key signs disposable tokens with it and nothing else", async () => {
  for (const claims of [session, key, legacy])
    assert.equal(
      await verifyToken(await signToken(claims, KEY, "e"), HOLDER, NOW_MS),
      undefined,
      claims.kind,
    );
  assert.ok((await verifyToken(await signToken(disposable, KEY, "e"), HOLDER, NOW_MS)) !== undefined);
});

test("key ids are read of what looks like one, and nothing else", () => {
  for (const text of [
    "",
    "x",
    "a.b",
    "a.b.c",
    `${encode({})}.e.e`,
    `${encode({ kid: 1 })}.e.e`,
    "..",
    "null.null.null",
  ])
    assert.equal(readKeyId(text), undefined, text);
  assert.equal(readKeyId(forge({ ...GOOD_HEADER, kid: "../../k" }, GOOD_PAYLOAD)), undefined);
  assert.equal(readKeyId(forge({ ...GOOD_HEADER, kid: "a".repeat(65) }, GOOD_PAYLOAD)), undefined);
});

test("property: a token with any one character changed says what it said, or nothing", async () => {
  const token = await signToken(disposable, KEY, "e");
  await fc.assert(
    fc.asyncProperty(
      fc.nat(token.length - 1),
      fc.constantFrom("a", "Z", "0", "9", "-", "_", ".", "="),
      async (at, character) => {
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        const claims = await verifyToken(changed, KEY, NOW_MS);
        if (claims !== undefined) assert.deepEqual(claims, disposable);
      },
    ),
  );
});
