// What is kept of keys, tokens, roles and revocations through a restart, a hard one too; and who may read the files.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { createTemporaryDirectory, startSubito } from "../harness.mjs";
import { asOwner, call, closeServices, createServices, createToken, request, toToken } from "./access.mjs";

const everyTopic = {
  rules: [{ type: "topic", permissions: ["read", "write"], caches: "*", topics: "*" }],
};

/** @param {import("../harness.mjs").SubitoServer} server @param {string} token */
async function publish(server, token) {
  const { status } = await request(server.port, "POST", "/topics/default/news", { token, body: "value" });
  return status;
}

/** @param {import("../harness.mjs").SubitoServer} server @param {string} roleId @param {string} form */
function createKey(server, roleId, form) {
  const spec = { role_id: roleId, description: "kept", expiry: "never", form };
  return asOwner(server, "POST", "/api-keys", spec);
}

for (const ending of /** @type {const} */ (["stop", "kill"])) {
  test(`after ${ending} everything that was issued is valid, and everything that was revoked is not`, async () => {
    const dataDir = createTemporaryDirectory();
    const options = { dataDir, args: ["--auth", "required"] };
    const first = await startSubito(options);
    const role = await asOwner(first, "POST", "/roles", { role_name: "kept", permissions: everyTopic });
    const revokedId = randomUUID();
    const keys = await Promise.all(
      ["v1", "v2", "legacy"].map((form) => createKey(first, role.role_id, form)),
    );
    const gone = await createKey(first, role.role_id, "v2");
    const valid = [
      ...keys.map(({ api_key: key }) => key),
      await createToken(first, { role_id: role.role_id }),
      await createToken(first, { permissions: everyTopic }),
    ];
    const revoked = [
      gone.api_key,
      await createToken(first, { permissions: everyTopic, token_id: revokedId }),
    ];
    for (const token of [...valid, ...revoked]) assert.equal(await publish(first, token), 204);
    await asOwner(first, "DELETE", `/api-keys/${gone.key_info.key_id}`);
    await asOwner(first, "POST", "/revocations", { token_id: revokedId });
    await first[ending]();

    const second = await startSubito(options);
    for (const token of [toToken(first.apiKey), ...valid]) assert.equal(await publish(second, token), 204);
    for (const token of revoked) assert.equal(await publish(second, token), 401);
    assert.equal(await second.stop(), 0);
  });
}

test("everything issued before a moment is revoked at once, keys too, through a restart", async () => {
  const dataDir = createTemporaryDirectory();
  const options = { dataDir, args: ["--auth", "required"] };
  const first = await startSubito(options);
  const old = [
    (await createKey(first, "operator", "v1")).api_key,
    (await createKey(first, "operator", "v2")).api_key,
    await createToken(first, { role_id: "operator" }),
    await createToken(first, { permissions: everyTopic }),
  ];
  for (const token of old) assert.equal(await publish(first, token), 204);
  // In whole seconds: what is made from the next one on is new.
  const moment = Math.floor(Date.now() / 1000) + 1;
  while (Date.now() < moment * 1000) await new Promise((resolve) => setTimeout(resolve, 20));
  const { api_key: token } = await createKey(first, "owner", "v1");
  const body = { issued_before_epoch_seconds: moment, api_keys: true };
  // Not with a key that would be gone by that.
  const own = await request(first.port, "POST", "/revocations", { token: toToken(first.apiKey), body });
  assert.equal(own.status, 412, own.text);
  for (const each of old) assert.equal(await publish(first, each), 204);
  assert.equal((await request(first.port, "POST", "/revocations", { token, body })).status, 200);
  for (const each of [toToken(first.apiKey), ...old]) assert.equal(await publish(first, each), 401);
  assert.equal(await first.stop(), 0);

  const second = await startSubito(options);
  for (const each of [toToken(first.apiKey), ...old]) assert.equal(await publish(second, each), 401);
  assert.equal(await publish(second, token), 204);
  assert.equal(await second.stop(), 0);
});

test("nobody else on the machine may read what is kept", { skip: process.platform === "win32" }, async () => {
  const server = await startSubito({ args: ["--auth", "required"] });
  await createToken(server, { permissions: everyTopic });
  const services = createServices(server.port);
  const made = await call(services.control, "CreateSigningKey", { ttl_minutes: 1 }, toToken(server.apiKey));
  assert.equal(made.code, 0, made.details);
  closeServices(services);
  const names = readdirSync(server.dataDir, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  assert.ok(files.length > 0);
  for (const { parentPath, name } of files) {
    const { mode } = statSync(join(parentPath, name));
    assert.equal(mode & 0o077, 0, `${name} has mode ${(mode & 0o777).toString(8)}`);
  }
  assert.equal(await server.stop(), 0);
});
