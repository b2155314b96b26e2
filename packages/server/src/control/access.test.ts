// What changes who is let in: tokens, roles, refreshing, signing keys and revocations, through authentication.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  authorizeIssueTokens,
  authorizeListAccess,
  authorizeManageAccess,
  authorizePublish,
  authorizeRefreshKey,
  authorizeSubscribe,
} from "../auth/authorize.js";
import { LOCAL_PRINCIPAL, type Principal } from "../auth/principal.js";
import { ServiceError, type ErrorCode } from "../kernel/errors.js";
import type { PermissionSet, Rule } from "../ports/permissions.js";
import { PEER, createTestAccess } from "../testing/access.js";

const MANAGE = authorizeManageAccess(LOCAL_PRINCIPAL);
const ISSUE = authorizeIssueTokens(LOCAL_PRINCIPAL);
const LIST = authorizeListAccess(LOCAL_PRINCIPAL);

const READ: Rule = { type: "topic", permissions: ["read"], caches: "*", topics: "*" };
const WRITE: Rule = { type: "topic", permissions: ["write"], caches: { name: "c" }, topics: { prefix: "p" } };
const only = (...rules: Rule[]): PermissionSet => ({ rules });
const disposable = { permissions: only(READ), tokenId: "alice", lifetimeSeconds: 600 };

function setUp() {
  const access = createTestAccess();
  const authenticate = async (token: string, peer = PEER): Promise<Principal> =>
    await access.authenticator.authenticate(token, peer);
  return { ...access, authenticate };
}

const refusal = (code: ErrorCode) => (error: unknown) => error instanceof ServiceError && error.code === code;

/** A subscription's part in its credential's life. */
function subscribe(principal: Principal) {
  const { lease } = authorizeSubscribe(principal, "c", "t");
  const subscription = {
    leaseIndex: -1,
    ended: "",
    fail(error: unknown): void {
      lease?.remove(subscription);
      subscription.ended = ServiceError.from(error).code;
    },
  };
  lease?.add(subscription);
  return subscription;
}

const nextTurns = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test("a disposable token may what its rules say, carries its id, and ends", async () => {
  const { tokens, authenticate, clock } = setUp();
  const { token, expiresAtMs } = await tokens.createDisposable(ISSUE, {
    ...disposable,
    permissions: only(WRITE),
  });
  assert.equal(expiresAtMs, clock.nowMs() + 600_000);
  const principal = await authenticate(token);
  assert.deepEqual([principal.kind, principal.tokenId], ["disposable", "alice"]);
  assert.equal(authorizePublish(principal, "c", "p1").publisherId, "alice");
  assert.throws(() => authorizePublish(principal, "c", "x"), refusal("permission_denied"));
  assert.throws(() => authorizeSubscribe(principal, "c", "p1"), refusal("permission_denied"));
  assert.throws(() => authorizeIssueTokens(principal), refusal("permission_denied"));
  clock.advance(599_999);
  await authenticate(token);
  clock.advance(1);
  await assert.rejects(authenticate(token), refusal("unauthenticated"));
});

test("a disposable token that is too long, too strong or nothing at all is not made", async () => {
  const { tokens } = setUp();
  const bad = [
    { ...disposable, lifetimeSeconds: 0 },
    { ...disposable, lifetimeSeconds: 90_001 },
    { ...disposable, lifetimeSeconds: 1.5 },
    { ...disposable, tokenId: "x".repeat(65) },
    { ...disposable, permissions: only() },
    { ...disposable, permissions: only(...Array.from({ length: 21 }, () => READ)) },
    { ...disposable, permissions: only({ type: "resource_management", permissions: ["read"] }) },
  ];
  for (const request of bad)
    await assert.rejects(tokens.createDisposable(ISSUE, request), refusal("invalid_argument"));
  await tokens.createDisposable(ISSUE, { ...disposable, lifetimeSeconds: 90_000 });
});

test("a session may what its role may, as the role is at the time", async () => {
  const { tokens, roles, authenticate } = setUp();
  const request = { name: "r", description: undefined };
  const { id } = await roles.create(MANAGE, { ...request, permissions: only(READ) });
  const { token } = await tokens.createSession(MANAGE, { roleId: id, lifetimeSeconds: 60 });
  const before = await authenticate(token);
  const subscription = subscribe(before);
  assert.throws(() => authorizePublish(before, "c", "p"), refusal("permission_denied"));
  await roles.change(MANAGE, id, { ...request, permissions: only(WRITE) });
  const after = await authenticate(token);
  authorizePublish(after, "c", "p");
  assert.throws(() => authorizeSubscribe(after, "c", "p"), refusal("permission_denied"));
  await nextTurns();
  assert.equal(subscription.ended, "unavailable", "it may come back, if it still may");
  await roles.delete(MANAGE, id);
  assert.deepEqual((await authenticate(token)).rules, []);
  await assert.rejects(
    tokens.createSession(MANAGE, { roleId: id, lifetimeSeconds: 60 }),
    refusal("not_found"),
  );
});

test("a role whose words alone are changed ends nothing", async () => {
  const { tokens, roles, authenticate } = setUp();
  const request = { name: "r", description: undefined, permissions: only(READ) };
  const { id } = await roles.create(MANAGE, request);
  const { token } = await tokens.createSession(MANAGE, { roleId: id, lifetimeSeconds: 60 });
  const subscription = subscribe(await authenticate(token));
  await roles.change(MANAGE, id, { ...request, name: "r2", description: "new words" });
  await nextTurns();
  assert.equal(subscription.ended, "");
});

test("roles: names are taken once, those of the system stay, and none goes that a key has", async () => {
  const { roles, apiKeys } = setUp();
  const request = { name: "Bot", description: "d", permissions: only(READ) };
  const role = await roles.create(MANAGE, request);
  for (const name of ["bot", "Owner"])
    await assert.rejects(roles.create(MANAGE, { ...request, name }), refusal("already_exists"));
  for (const name of ["", "x".repeat(65)])
    await assert.rejects(roles.create(MANAGE, { ...request, name }), refusal("invalid_argument"));
  await assert.rejects(roles.change(MANAGE, "owner", request), refusal("failed_precondition"));
  await assert.rejects(roles.delete(MANAGE, "viewer"), refusal("failed_precondition"));
  await assert.rejects(roles.change(MANAGE, "none", request), refusal("not_found"));
  const changed = await roles.change(MANAGE, role.id, { ...request, name: "Bot 2", description: undefined });
  assert.deepEqual([changed.name, changed.description], ["Bot 2", "d"]);
  const spec = { description: "", roleId: role.id, form: "v1", expiresAtMs: undefined } as const;
  const { record } = await apiKeys.create(MANAGE, spec);
  assert.deepEqual(await roles.delete(MANAGE, role.id), [record]);
  await apiKeys.revoke(MANAGE, record.id);
  assert.deepEqual(await roles.delete(MANAGE, role.id), []);
  assert.deepEqual(
    (await roles.list(LIST)).map(({ id }) => id),
    ["owner", "operator", "viewer"],
  );
});

test("a role with addresses is taken from there only", async () => {
  const { roles, apiKeys, authenticate, authenticator } = setUp();
  const conditions = [{ ip_filter: { allowed_cidr_ranges: ["192.0.2.0/24", "2001:db8::/32"] } }];
  const permissions = { rules: [READ], conditions };
  const role = await roles.create(MANAGE, { name: "near", description: undefined, permissions });
  const spec = { description: "", roleId: role.id, form: "v2", expiresAtMs: undefined } as const;
  const { token } = await apiKeys.create(MANAGE, spec);
  for (const address of ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8::1"])
    await authenticate(token, { address });
  for (const address of ["192.0.3.1", "127.0.0.1", "", "::1"])
    await assert.rejects(authenticate(token, { address }), refusal("permission_denied"), address);
  assert.equal(authenticator.failures.wrong_address, 4);
});

test("refreshing makes a key of the same kind and lifetime, once; the old one lives to its end", async () => {
  const { apiKeys, authenticate, clock } = setUp();
  const spec = { description: "d", tokenId: "bob", form: "v1", expiresAtMs: clock.nowMs() + 10_000 } as const;
  const old = await apiKeys.createWithRules(ISSUE, { ...spec, permissions: only(READ) });
  clock.advance(4000);
  const grant = authorizeRefreshKey(await authenticate(old.token));
  await assert.rejects(apiKeys.refresh(grant, "wrong"), refusal("unauthenticated"));
  const fresh = await apiKeys.refresh(grant, old.refreshToken);
  assert.equal(fresh.record.expiresAtMs, clock.nowMs() + 10_000);
  await assert.rejects(apiKeys.refresh(grant, old.refreshToken), refusal("unauthenticated"), "used already");
  const principal = await authenticate(fresh.token);
  assert.deepEqual([principal.rules, principal.tokenId], [[READ], "bob"]);
  await authenticate(old.token);
  clock.advance(6000);
  await assert.rejects(authenticate(old.token), refusal("unauthenticated"));
  await authenticate(fresh.token);
});

test("a super user's key makes tokens and keys with rules, and none like itself", async () => {
  const { apiKeys, authenticate } = setUp();
  const { token } = await apiKeys.createSuperUser(MANAGE, {
    description: "",
    form: "v1",
    expiresAtMs: undefined,
  });
  const principal = await authenticate(token);
  authorizePublish(principal, "c", "t");
  authorizeIssueTokens(principal);
  assert.throws(() => authorizeManageAccess(principal), refusal("permission_denied"));
});

test("a legacy key may what its role may, but makes no other", async () => {
  const { apiKeys, authenticate } = setUp();
  const spec = { description: "", roleId: "owner", form: "legacy", expiresAtMs: undefined } as const;
  const principal = await authenticate((await apiKeys.create(MANAGE, spec)).token);
  authorizePublish(principal, "c", "t");
  assert.throws(() => authorizeIssueTokens(principal), refusal("permission_denied"));
});

test("revoked by its id: what was issued before, not what comes after", async () => {
  const { tokens, revocations, authenticate, clock, authenticator } = setUp();
  const [alice, bob] = [
    await tokens.createDisposable(ISSUE, disposable),
    await tokens.createDisposable(ISSUE, { ...disposable, tokenId: "bob" }),
  ];
  const subscription = subscribe(await authenticate(alice.token));
  await revocations.revoke(MANAGE, { tokenId: "alice" });
  await assert.rejects(authenticate(alice.token), refusal("unauthenticated"));
  assert.equal(authenticator.failures.revoked, 1);
  await authenticate(bob.token);
  await nextTurns();
  assert.equal(subscription.ended, "unauthenticated");
  clock.advance(1);
  await authenticate((await tokens.createDisposable(ISSUE, disposable)).token);
});

test("revoked: everything that was issued before a time, API keys only where that is said", async () => {
  const { tokens, apiKeys, revocations, authenticate, clock } = setUp();
  const spec = { description: "", roleId: "owner", form: "v2", expiresAtMs: undefined } as const;
  const [oldKey, oldToken] = [
    await apiKeys.create(MANAGE, spec),
    await tokens.createSession(MANAGE, { roleId: "owner", lifetimeSeconds: 600 }),
  ];
  clock.advance(1000);
  const borderMs = clock.nowMs();
  const [newKey, newToken] = [
    await apiKeys.create(MANAGE, spec),
    await tokens.createDisposable(ISSUE, disposable),
  ];
  await assert.rejects(
    revocations.revoke(MANAGE, { everything: true }, borderMs + 1),
    refusal("invalid_argument"),
  );
  await revocations.revoke(MANAGE, { everything: true }, borderMs);
  await assert.rejects(authenticate(oldToken.token), refusal("unauthenticated"));
  for (const { token } of [oldKey, newKey, newToken]) await authenticate(token);
  const byOldKey = authorizeManageAccess(await authenticate(oldKey.token));
  await assert.rejects(apiKeys.revokeCreatedBefore(byOldKey, borderMs), refusal("failed_precondition"));
  await apiKeys.revokeCreatedBefore(authorizeManageAccess(await authenticate(newKey.token)), borderMs);
  await assert.rejects(authenticate(oldKey.token), refusal("unauthenticated"));
  await authenticate(newKey.token);
});

test("a revoked key takes the tokens with it that were made with it", async () => {
  const { tokens, apiKeys, authenticate, catalog, clock } = setUp();
  const spec = { description: "", roleId: "owner", form: "v1", expiresAtMs: undefined } as const;
  const { record, token } = await apiKeys.create(MANAGE, spec);
  const grant = authorizeIssueTokens(await authenticate(token));
  const made = await tokens.createDisposable(grant, disposable);
  const ofSession = await tokens.createSession(authorizeManageAccess(await authenticate(token)), {
    roleId: "owner",
    lifetimeSeconds: 600,
  });
  const grandchild = await tokens.createDisposable(
    authorizeIssueTokens(await authenticate(ofSession.token)),
    disposable,
  );
  const others = await tokens.createDisposable(ISSUE, disposable);
  await apiKeys.revoke(MANAGE, record.id);
  for (const gone of [made, ofSession, grandchild])
    await assert.rejects(authenticate(gone.token), refusal("unauthenticated"));
  await authenticate(others.token);
  assert.equal(catalog.revocations.records.size, 1);
  clock.advance(26 * 3600 * 1000);
  await apiKeys.revoke(MANAGE, (await apiKeys.create(MANAGE, spec)).record.id);
  assert.equal(catalog.revocations.records.size, 1, "what is about nothing any more is forgotten");
});

test("signing keys: the server's is renewed, an old one is believed on; a holder's goes when it is revoked", async () => {
  const { tokens, signingKeys, authenticate, catalog, clock } = setUp();
  const spec = { roleId: "owner", lifetimeSeconds: 90_000 };
  const first = await tokens.createSession(MANAGE, spec);
  await Promise.all([tokens.createDisposable(ISSUE, disposable), tokens.createSession(MANAGE, spec)]);
  assert.equal(catalog.signingKeys.records.size, 1);
  // Set, since to advance it would be to sweep leases for each second of these days.
  clock.setWallClock(clock.nowMs() + 90 * 24 * 3600 * 1000 - 1000);
  const last = await tokens.createSession(MANAGE, spec);
  clock.advance(1000);
  await tokens.createSession(MANAGE, spec);
  assert.equal(catalog.signingKeys.records.size, 2);
  await authenticate(last.token);
  await assert.rejects(authenticate(first.token), refusal("unauthenticated"));
  const holder = await signingKeys.create(ISSUE, 60_000);
  assert.deepEqual(await signingKeys.list(ISSUE), [holder]);
  const [server] = catalog.signingKeys.records.keys();
  await assert.rejects(signingKeys.revoke(ISSUE, server ?? ""), refusal("not_found"));
  await signingKeys.revoke(ISSUE, holder.id);
  assert.deepEqual(await signingKeys.list(ISSUE), []);
});

test("too many wrong tokens of an address: only known ones are let in from there; others are not concerned", async () => {
  const access = createTestAccess("required", {
    failuresPerAddressBurstMax: 5,
    failuresPerAddressPerSecondMax: 1,
  });
  const { apiKeys, authenticator, clock } = access;
  const spec = { description: "", roleId: "owner", form: "v1", expiresAtMs: undefined } as const;
  const [known, fresh] = [await apiKeys.create(MANAGE, spec), await apiKeys.create(MANAGE, spec)];
  const ask = async (token: string, peer = PEER) => await authenticator.authenticate(token, peer);
  await ask(known.token);
  for (let i = 0; i < 5; i++) await assert.rejects(ask(`wrong${i}`), refusal("unauthenticated"));
  await assert.rejects(ask("wrong"), refusal("resource_exhausted"));
  await assert.rejects(ask(fresh.token), refusal("resource_exhausted"));
  await ask(fresh.token, { address: "192.0.2.8" });
  await ask(known.token);
  clock.advance(1000);
  await ask(fresh.token);
  assert.equal(authenticator.failures.too_many_failures, 2);
});

test("too many wrong secrets for a key: only who was known by it is let in", async () => {
  const access = createTestAccess("required", {
    ...{ failuresPerKeyBurstMax: 3, failuresPerKeyPerSecondMax: 1, rememberedTokenMs: 1000 },
  });
  const { apiKeys, authenticator, clock } = access;
  const spec = { description: "", roleId: "owner", form: "v1", expiresAtMs: undefined } as const;
  const { record, token } = await apiKeys.create(MANAGE, spec);
  const ask = async (text: string) => await authenticator.authenticate(text, PEER);
  await ask(token);
  for (let i = 0; i < 3; i++)
    await assert.rejects(ask(`subito_${record.id}_${i}`), refusal("unauthenticated"));
  await assert.rejects(ask(`subito_${record.id}_x`), refusal("resource_exhausted"));
  await ask(token);
  clock.advance(1000);
  await ask(token);
});

test("the audit log has a line for each change, with who made it, and no secret", async () => {
  const { apiKeys, tokens, roles, revocations, authenticate, log } = setUp();
  const spec = { description: "", roleId: "owner", form: "v1", expiresAtMs: undefined } as const;
  const { record, token } = await apiKeys.create(MANAGE, spec);
  const grant = authorizeManageAccess(await authenticate(token));
  const role = await roles.create(grant, { name: "r", description: undefined, permissions: only(READ) });
  await roles.change(grant, role.id, { name: "r2", description: undefined, permissions: only(WRITE) });
  await roles.delete(grant, role.id);
  const session = await tokens.createSession(grant, { roleId: "viewer", lifetimeSeconds: 5 });
  await revocations.revoke(grant, { tokenId: "alice" });
  await apiKeys.revoke(grant, record.id);
  const lines = log.lines.filter(({ fields }) => "audit" in fields);
  assert.deepEqual(
    lines.map(({ fields: { audit, by } }) => `${String(audit)} by ${String(by)}`),
    [
      "api_key_created by local",
      `role_created by api_key ${record.id}`,
      `role_changed by api_key ${record.id}`,
      `role_deleted by api_key ${record.id}`,
      "signing_key_created by server",
      `session_created by api_key ${record.id}`,
      `tokens_revoked by api_key ${record.id}`,
      `api_key_revoked by api_key ${record.id}`,
      `tokens_revoked by api_key ${record.id}`,
    ],
  );
  const text = JSON.stringify(log.lines);
  for (const secret of [token, session.token]) assert.ok(!text.includes(secret.slice(-20)));
});
