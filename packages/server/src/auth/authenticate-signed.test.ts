// Tokens that the holder of a signing key has signed: taken as long as the key is valid, and no longer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "../kernel/errors.js";
import type { LeaseHolder } from "../ports/grant.js";
import { PEER, createTestAccess } from "../testing/access.js";
import { authorizeIssueTokens } from "./authorize.js";
import { LOCAL_PRINCIPAL } from "./principal.js";
import type { TokenClaims } from "./token-claims.js";
import { signToken } from "./tokens.js";

const MINUTE_MS = 60_000;

async function setUp() {
  const access = createTestAccess();
  const key = await access.signingKeys.create(authorizeIssueTokens(LOCAL_PRINCIPAL), MINUTE_MS);
  const issuedAtMs = access.clock.nowMs();
  const claims: TokenClaims = {
    kind: "disposable",
    ...{ id: "t", tokenId: "", issuedBy: "", permissions: { rules: [] } },
    ...{ issuedAtMs, expiresAtMs: issuedAtMs + 60 * MINUTE_MS },
  };
  return { ...access, token: await signToken(claims, key, "") };
}

test("a token ends with the key that has signed it, though it says later; remembered or not", async () => {
  for (const isRemembered of [true, false]) {
    const { authenticator, clock, token } = await setUp();
    if (isRemembered) {
      clock.advance(MINUTE_MS - 1);
      await authenticator.authenticate(token, PEER);
      clock.advance(1);
    } else clock.advance(MINUTE_MS);
    await assert.rejects(
      async () => await authenticator.authenticate(token, PEER),
      (error) => error instanceof ServiceError && error.code === "unauthenticated",
    );
  }
});

test("subscriptions end with the key that has signed their token", async () => {
  const { authenticator, clock, token, ...access } = await setUp();
  const { lease, expiresAtMs } = await authenticator.authenticate(token, PEER);
  assert.ok(lease);
  assert.equal(expiresAtMs, clock.nowMs() + MINUTE_MS);
  const ends: string[] = [];
  const ended = new Promise<void>((resolve) => {
    const holder: LeaseHolder = {
      leaseIndex: 0,
      fail(error) {
        assert.ok(error instanceof ServiceError);
        ends.push(error.code);
        lease.remove(holder);
        resolve();
      },
    };
    lease.add(holder);
  });
  clock.advance(MINUTE_MS - 1);
  assert.deepEqual(ends, []);
  clock.advance(1000);
  await ended;
  assert.deepEqual(ends, ["unauthenticated"]);
  access.close();
});
