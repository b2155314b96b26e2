// Authentication: modes, peers, wrong and expired keys, and what is remembered for how long.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Awaitable } from "../kernel/awaitable.js";
import { ServiceError, type ErrorCode } from "../kernel/errors.js";
import type { ApiKeyRecord } from "../ports/catalog.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { defaultLimits } from "../config/limits.js";
import { createMemoryCatalog } from "../testing/memory-catalog.js";
import { formatApiKeyToken, formatCredential, hashSecret } from "./api-key.js";
import { createAuthenticator, type AuthMode } from "./authenticate.js";
import { runAuthenticateBench } from "./authenticate.bench.js";
import { Leases } from "./leases.js";
import type { Principal } from "./principal.js";

const LIMITS = { ...defaultLimits, rememberedTokensMax: 3, rememberedTokenMs: 60_000, tokenLengthMax: 1000 };
const NEAR = { loopbackHost: true, address: "127.0.0.1" };
const FAR = { loopbackHost: false, address: "192.0.2.7" };

function setUp(mode: AuthMode, answer: "at once" | "later" = "at once") {
  const clock = createFakeClock();
  const catalog = createMemoryCatalog(answer);
  const leases = new Leases(clock, defaultLimits);
  const authenticator = createAuthenticator({ catalog, clock, mode, limits: LIMITS, leases });
  const keys = catalog.apiKeys.records;
  let count = 0;
  const addKey = (expiresAtMs?: number) => {
    const key = { id: `k${count++}`, secret: "s".repeat(52) };
    const record: ApiKeyRecord = {
      ...{ id: key.id, secretSha256: hashSecret(key.secret), description: "", access: { roleId: "owner" } },
      createdAtMs: clock.nowMs(),
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    };
    keys.set(record.id, record);
    return { record, token: formatApiKeyToken(key) };
  };
  return { clock, keys, authenticator, addKey, lookups: () => catalog.finds };
}

async function refusal(ask: () => Awaitable<Principal>): Promise<ErrorCode> {
  try {
    await ask();
  } catch (error) {
    assert.ok(error instanceof ServiceError);
    return error.code;
  }
  return assert.fail("was let in");
}

test("open: no token is the local principal on loopback only", async () => {
  const { authenticator } = setUp("open");
  for (const token of [undefined, ""]) {
    const principal = await authenticator.authenticate(token, NEAR);
    assert.equal(principal.kind, "local");
    assert.equal(await refusal(() => authenticator.authenticate(token, FAR)), "permission_denied");
  }
});

test("required: no token is refused wherever it comes from", async () => {
  const { authenticator } = setUp("required");
  for (const token of [undefined, ""]) {
    assert.equal(await refusal(() => authenticator.authenticate(token, NEAR)), "unauthenticated");
    assert.equal(await refusal(() => authenticator.authenticate(token, FAR)), "unauthenticated");
  }
});

for (const mode of ["open", "required"] as const) {
  for (const answer of ["at once", "later"] as const) {
    test(`${mode}, catalog answers ${answer}: a key is known in both forms, wrong ones are not`, async () => {
      const { authenticator, addKey } = setUp(mode, answer);
      const { record, token } = addKey();
      const credential = formatCredential({ endpoint: "127.0.0.1:8080", apiKey: token });
      for (const text of [token, credential, token, credential]) {
        for (const peer of [NEAR, FAR]) {
          const principal = await authenticator.authenticate(text, peer);
          assert.deepEqual([principal.kind, principal.id, principal.tokenId], ["api_key", record.id, ""]);
        }
      }
      const wrong = [
        `${token}0`,
        token.slice(0, -1),
        `subito_nobody_${token.split("_")[2]}`,
        "x",
        `Bearer ${token}`,
      ];
      wrong.push("a".repeat(1001), formatCredential({ endpoint: "e", apiKey: `${token}0` }), "bm90IGpzb24=");
      for (const text of wrong) {
        assert.equal(await refusal(() => authenticator.authenticate(text, NEAR)), "unauthenticated", text);
      }
    });
  }
}

test("a key stops at its expiry, remembered or not", async () => {
  const { authenticator, addKey, clock } = setUp("required");
  const { token } = addKey(clock.nowMs() + 1000);
  await authenticator.authenticate(token, FAR);
  clock.advance(999);
  await authenticator.authenticate(token, FAR);
  clock.advance(1);
  assert.equal(await refusal(() => authenticator.authenticate(token, FAR)), "unauthenticated");
});

test("a verified token is remembered, for a while", async () => {
  const { authenticator, addKey, clock, lookups } = setUp("required");
  const { token } = addKey();
  for (let i = 0; i < 10; i++) await authenticator.authenticate(token, FAR);
  assert.equal(lookups(), 1);
  clock.advance(LIMITS.rememberedTokenMs);
  await authenticator.authenticate(token, FAR);
  assert.equal(lookups(), 2);
});

test("a failed token is not remembered", async () => {
  const { authenticator, addKey, keys, lookups } = setUp("required");
  const { record, token } = addKey();
  keys.delete(record.id);
  await refusal(() => authenticator.authenticate(token, FAR));
  await refusal(() => authenticator.authenticate(token, FAR));
  assert.equal(lookups(), 2);
  keys.set(record.id, record);
  await authenticator.authenticate(token, FAR);
});

test("no more tokens are remembered than the limit: the oldest gives way", async () => {
  const { authenticator, addKey, lookups } = setUp("required");
  const tokens = [addKey(), addKey(), addKey(), addKey()].map((key) => key.token);
  for (const token of tokens) await authenticator.authenticate(token, FAR);
  assert.equal(lookups(), 4);
  for (const token of tokens.slice(1)) await authenticator.authenticate(token, FAR);
  assert.equal(lookups(), 4);
  await authenticator.authenticate(tokens[0], FAR);
  assert.equal(lookups(), 5);
});

test("a revoked key is refused as soon as it is forgotten, also one that is being looked up at that moment", async () => {
  for (const answer of ["at once", "later"] as const) {
    const { authenticator, addKey, keys } = setUp("required", answer);
    const { record, token } = addKey();
    if (answer === "at once") await authenticator.authenticate(token, FAR);
    const underWay = authenticator.authenticate(token, FAR);
    keys.delete(record.id);
    authenticator.forgetWhere(({ id }) => id === record.id);
    if (answer === "later") await assert.rejects(async () => await underWay, ServiceError);
    assert.equal(await refusal(() => authenticator.authenticate(token, FAR)), "unauthenticated");
  }
});

test("the bench runs, and everyone in it is let in", async () => {
  const results = await runAuthenticateBench({ calls: 10, rounds: 1 });
  assert.deepEqual(
    results.map(({ credential }) => credential),
    ["v1 key", "v2 key", "disposable token, 1 rule", "disposable token, the last of 20 rules"],
  );
  assert.ok(results.every(({ nsPerCall }) => nsPerCall > 0));
});
