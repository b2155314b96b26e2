// Wrong credentials of every kind, through gRPC and HTTP, beside the right ones that they were made from; none is ever in the log.
// The right ones are signed here, with a signing key that the server has given out (wire contract 4.3). All in all there are fewer
// wrong ones than one address may bring at once (200); what comes after those is addresses.test.mjs.

import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from "node:crypto";
import { after, before, describe, test } from "node:test";

import grpc from "@grpc/grpc-js";

import { startSubito } from "../harness.mjs";
import {
  asOwner,
  call,
  callStream,
  closeServices,
  createRoleKey,
  createServices,
  createToken,
  request,
  toToken,
} from "./access.mjs";

const hour = 3600;
const path = "/topics/default/news";
const permissions = {
  rules: [{ type: "topic", permissions: ["read", "write"], caches: "*", topics: "*" }],
};

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {import("./access.mjs").Services} */
let services;
/** @type {{ kid: string, k: string }} */
let jwk;
/** Everything that was sent as a credential. @type {Set<string>} */
const sent = new Set();

before(async () => {
  server = await startSubito({ args: ["--auth", "required", "--log-level", "debug"] });
  services = createServices(server.port);
  const made = await call(services.control, "CreateSigningKey", { ttl_minutes: 60 }, toToken(server.apiKey));
  assert.equal(made.code, 0, made.details);
  jwk = JSON.parse(made.response.key);
});
after(async () => {
  if (services !== undefined) closeServices(services);
  assert.equal(await server?.stop(), 0);
});

/** @param {object | string} part */
function encode(part) {
  return Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url");
}

const now = () => Date.now() / 1000;

/** The claims of a disposable token. @param {object} [changes] undefined takes a claim away */
function toClaims(changes = {}) {
  const issued = now();
  return {
    ...{ kind: "disposable", jti: randomUUID(), iat: issued, exp: issued + hour, permissions },
    ...changes,
  };
}

/**
 * @param {object} claims
 * @param {object} [header]
 * @param {{ secret?: Buffer, hash?: string }} [key]
 */
function signToken(claims, header = {}, { secret = Buffer.from(jwk.k, "base64url"), hash = "sha256" } = {}) {
  const text = `${encode({ alg: "HS256", typ: "JWT", kid: jwk.kid, ...header })}.${encode(claims)}`;
  return `${text}.${createHmac(hash, secret).update(text).digest("base64url")}`;
}

/** What the four ways of bringing a token answer: gRPC's header and body, HTTP's header and query. @param {string} token */
async function bring(token) {
  sent.add(token);
  const publish = { cache_name: "default", topic: "news", value: { text: "value" } };
  const rule = { role: "TopicReadOnly", all_caches: {}, all_topics: {} };
  const spec = {
    auth_token: token,
    expires: { valid_for_seconds: 60 },
    permissions: { explicit: { permissions: [{ topic_permissions: rule }] } },
  };
  return {
    grpcHeader: await call(services.pubsub, "Publish", publish, token),
    grpcBody: await call(services.token, "GenerateDisposableToken", spec),
    httpHeader: await request(server.port, "POST", path, { token, body: "value" }),
    httpQuery: await request(server.port, "POST", `${path}?token=${encodeURIComponent(token)}`, {
      body: "value",
    }),
  };
}

/** It may publish, and make no tokens. @param {string} token */
async function assertTaken(token) {
  const { grpcHeader, grpcBody, httpHeader, httpQuery } = await bring(token);
  assert.equal(grpcHeader.code, 0, grpcHeader.details);
  assert.equal(grpcBody.code, grpc.status.PERMISSION_DENIED, grpcBody.details);
  assert.equal(httpHeader.status, 204, httpHeader.text);
  assert.equal(httpQuery.status, 204, httpQuery.text);
}

/** @param {string} token */
async function assertRefused(token) {
  const { grpcHeader, grpcBody, httpHeader, httpQuery } = await bring(token);
  for (const { code, details } of [grpcHeader, grpcBody]) {
    assert.equal(code, grpc.status.UNAUTHENTICATED, details);
  }
  for (const { status, text, json } of [httpHeader, httpQuery]) {
    assert.equal(status, 401, text);
    assert.equal(json.code, "Unauthenticated");
  }
}

describe("tokens that were signed with a signing key of the server", () => {
  test("are taken, with clocks that are ahead by less than a minute too", async () => {
    await assertTaken(signToken(toClaims()));
    await assertTaken(signToken(toClaims({ iat: now() + 50, nbf: now() + 50 })));
    await assertTaken(signToken(toClaims({ exp: now() + 25 * hour - 1 })));
    await assertTaken(signToken(toClaims(), { typ: undefined }));
  });

  /** @type {Readonly<Record<string, () => string>>} */
  const wrong = {
    "algorithm none": () => signToken(toClaims(), { alg: "none" }),
    "algorithm none, no signature": () => `${encode({ alg: "none", kid: jwk.kid })}.${encode(toClaims())}.`,
    "another algorithm, rightly signed": () => signToken(toClaims(), { alg: "HS512" }, { hash: "sha512" }),
    "an algorithm with keys that are public": () => {
      const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const header = { alg: "RS256", kid: jwk.kid, jwk: publicKey.export({ format: "jwk" }) };
      const text = `${encode(header)}.${encode(toClaims())}`;
      return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
    },
    "a wrong key": () => signToken(toClaims(), {}, { secret: randomBytes(32) }),
    "an empty key": () => signToken(toClaims(), {}, { secret: Buffer.alloc(0) }),
    "a key that the header brings": () => {
      const secret = randomBytes(32);
      return signToken(toClaims(), { jwk: { kty: "oct", k: secret.toString("base64url") } }, { secret });
    },
    "an unknown kid": () => signToken(toClaims(), { kid: "0123456789abcdef" }),
    "no kid": () => signToken(toClaims(), { kid: undefined }),
    "a kid that is a path": () => signToken(toClaims(), { kid: "../../../../dev/null" }),
    "a kid that is no text": () => signToken(toClaims(), { kid: [jwk.kid] }),
    "a critical extension": () => signToken(toClaims(), { crit: ["exp", "b64"], b64: false }),
    expired: () => signToken(toClaims({ iat: now() - 60, exp: now() - 1 })),
    "no end": () => signToken(toClaims({ exp: undefined })),
    "an end that is no number": () => signToken(toClaims({ exp: "9999999999" })),
    "an end beyond 25 hours": () => signToken(toClaims({ exp: now() + 25 * hour + 60 })),
    "issued in the future": () => signToken(toClaims({ iat: now() + 90 })),
    "no time of issue": () => signToken(toClaims({ iat: undefined })),
    "not valid before a time in the future": () => signToken(toClaims({ nbf: now() + 90 })),
    "no id": () => signToken(toClaims({ jti: undefined })),
    "no permissions": () => signToken(toClaims({ permissions: undefined })),
    "permissions on the server": () =>
      signToken(
        toClaims({
          permissions: { rules: [{ type: "auth_management", permissions: ["write"], items: "*" }] },
        }),
      ),
    "21 permissions": () =>
      signToken(toClaims({ permissions: { rules: Array(21).fill(permissions.rules[0]) } })),
    "a token id of 65 characters": () => signToken(toClaims({ token_id: "x".repeat(65) })),
    "a session, which only the server signs": () =>
      signToken(toClaims({ kind: "session", role_id: "owner", permissions: undefined })),
    "a key, which only the server signs": () => signToken(toClaims({ kind: "key", t: "g" })),
    "longer than the limit": () => signToken(toClaims({ more: "x".repeat(8192) })),
    "claims of another": () => {
      const [header, , signature] = signToken(toClaims()).split(".");
      return `${header}.${encode(toClaims({ token_id: "someone" }))}.${signature}`;
    },
    "a signature cut short": () => signToken(toClaims()).slice(0, -1),
    "no signature": () => signToken(toClaims()).replace(/\.[^.]*$/, "."),
    "two parts": () => signToken(toClaims()).replace(/\.[^.]*$/, ""),
    "claims cut short": () => signToken(toClaims()).replace(/.\.([^.]*)$/, ".$1"),
    "a Bearer prefix": () => `Bearer ${signToken(toClaims())}`,
  };
  for (const [name, make] of Object.entries(wrong)) {
    test(`refused: ${name}`, () => assertRefused(make()));
  }
});

describe("keys", () => {
  test("the text that SDKs are given is taken whole, and not when it is cut short", async () => {
    const key = server.apiKey ?? "";
    assert.equal((await bring(key)).httpHeader.status, 204);
    // Padding says nothing that the text does not say, and may be left out.
    const text = key.replace(/=+$/, "");
    assert.equal((await bring(text)).httpHeader.status, 204);
    for (const cut of [1, 4, 7, Math.floor(text.length / 2)]) await assertRefused(text.slice(0, -cut));
    await assertRefused(Buffer.from('{"endpoint":"localhost","api_key":"').toString("base64"));
  });

  test("a v2 key is taken, and not when it is changed", async () => {
    const key = await createRoleKey(server, "operator", "v2");
    await assertTaken(key);
    await assertRefused(key.slice(0, -1));
    const [header = "", claims = "", signature = ""] = key.split(".");
    const parsed = JSON.parse(Buffer.from(claims, "base64url").toString());
    await assertRefused(`${header}.${encode({ ...parsed, jti: "another" })}.${signature}`);
  });

  test("a signing key that was revoked signs nothing any more", async () => {
    const token = signToken(toClaims());
    await assertTaken(token);
    const subscription = { cache_name: "default", topic: "news" };
    assert.equal((await callStream(services.pubsub, "Subscribe", subscription, token)).code, 0);
    const owner = toToken(server.apiKey);
    const { code } = await call(services.control, "RevokeSigningKey", { key_id: jwk.kid }, owner);
    assert.equal(code, 0);
    await assertRefused(token);
    await assertRefused(signToken(toClaims()));
  });
});

describe("?token=", () => {
  test("is refused together with the header, whichever of them is right", async () => {
    const right = toToken(server.apiKey);
    for (const [token, inQuery] of [
      [right, right],
      [right, "wrong"],
      ["wrong", right],
    ]) {
      for (const method of ["GET", "POST"]) {
        const answer = await request(server.port, method, `${path}?token=${inQuery}`, { token });
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.json.code, "InvalidArgument");
      }
    }
  });

  test("reads metrics, which do not tell of it", async () => {
    const token = await createToken(server, { role_id: "viewer" });
    sent.add(token);
    const { status, text } = await request(server.port, "GET", `/metrics?token=${token}`);
    assert.equal(status, 200);
    for (const each of sent) assert.ok(!text.includes(each));
    assert.ok(!text.includes("token="));
  });

  test("is not in what the server prints, and no other credential is, at its most talkative", async () => {
    await asOwner(server, "GET", "/api-keys");
    const printed = server.stdout() + server.stderr();
    assert.match(printed, /audit: api key created/, "the log is there");
    assert.ok(sent.size > 30);
    assert.ok(!printed.includes("token="));
    // The first start shows the key once, which is meant to be read.
    const withoutKey = printed.replaceAll(server.apiKey ?? "", "");
    for (const token of sent) {
      if (server.apiKey?.startsWith(token)) continue;
      for (const part of [token, ...token.split(".").filter((text) => text.length > 40)]) {
        assert.ok(!withoutKey.includes(part), `a credential is in the log: ${part.slice(0, 20)}…`);
      }
    }
    for (const secret of [toToken(server.apiKey), jwk.k]) assert.ok(!withoutKey.includes(secret));
  });
});
