// The decision table, conformance/vectors/permissions.json: every row through gRPC and through HTTP, with real credentials of each
// permission set, in every form that a credential of the set can have.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import grpc from "@grpc/grpc-js";

import { repositoryRoot, startSubito } from "../harness.mjs";
import {
  asOwner,
  call,
  callStream,
  closeServices,
  createRoleKey,
  createServices,
  createSuperUserKey,
  createToken,
  request,
  toToken,
} from "./access.mjs";

/** @typedef {{ name: string, permissions: string, action: string, cache?: string, topic?: string, not_over?: string[], allowed: boolean }} Row */

/** @type {{ sets: Record<string, { rules: { type: string }[] }>, rows: Row[] }} */
const { sets, rows } = JSON.parse(
  readFileSync(join(repositoryRoot, "conformance", "vectors", "permissions.json"), "utf8"),
);
const systemRoles = ["owner", "operator", "viewer"];
const ofData = ["cache", "topic", "function"];

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {import("./access.mjs").Services} */
let services;
/** Credentials by the permissions that they have, and what they are. @type {Map<string, { form: string, token: string }[]>} */
const credentials = new Map();
let nameCount = 0;
const newName = () => `made-${++nameCount}`;

/** @param {string} roleId */
async function createOfRole(roleId) {
  return [
    { form: "v1 key", token: await createRoleKey(server, roleId) },
    { form: "v2 key", token: await createRoleKey(server, roleId, "v2") },
    { form: "session", token: await createToken(server, { role_id: roleId }) },
  ];
}

before(async () => {
  server = await startSubito({ args: ["--auth", "required"] });
  services = createServices(server.port);
  const owner = toToken(server.apiKey);
  const topics = rows.filter(({ cache }) => cache !== undefined);
  for (const cache of new Set(topics.map((row) => row.cache))) {
    assert.equal((await call(services.control, "CreateCache", { cache_name: cache }, owner)).code, 0);
  }
  // So that a poll for the first item is answered at once.
  for (const path of new Set(topics.map(toPath))) {
    assert.equal((await request(server.port, "POST", path, { token: owner, body: "first" })).status, 204);
  }
  credentials.set("super_user", [{ form: "v1 key", token: await createSuperUserKey(server, services) }]);
  for (const role of systemRoles) credentials.set(role, await createOfRole(role));
  for (const [name, permissions] of Object.entries(sets)) {
    const role = await asOwner(server, "POST", "/roles", { role_name: newName(), permissions });
    const made = await createOfRole(role.role_id);
    if (permissions.rules.length > 0 && permissions.rules.every(({ type }) => ofData.includes(type))) {
      made.push({ form: "disposable token", token: await createToken(server, { permissions }) });
    }
    credentials.set(name, made);
  }
});
after(async () => {
  if (services !== undefined) closeServices(services);
  assert.equal(await server?.stop(), 0);
});

/** @param {Row} row */
function toPath({ cache, topic }) {
  return `/topics/${encodeURIComponent(cache ?? "")}/${encodeURIComponent(topic ?? "")}`;
}

const everyTopic = { role: "TopicReadOnly", all_caches: {}, all_topics: {} };
const permissions = { explicit: { permissions: [{ topic_permissions: everyTopic }] } };

/**
 * Every call that an action is, over gRPC. What it makes is its own.
 * @type {Record<string, (token: string, row: Row) => Promise<import("./access.mjs").Answer[]>>}
 */
const overGrpc = {
  publish: async (token, { cache, topic }) => [
    await call(services.pubsub, "Publish", { cache_name: cache, topic, value: { text: "over gRPC" } }, token),
  ],
  subscribe: async (token, { cache, topic }) => [
    await callStream(services.pubsub, "Subscribe", { cache_name: cache, topic }, token),
  ],
  manage_caches: async (token) => {
    const spec = { cache_name: newName() };
    return [
      await call(services.control, "CreateCache", spec, token),
      await call(services.control, "FlushCache", spec, token),
      await call(services.control, "DeleteCache", spec, token),
    ];
  },
  list_caches: async (token) => [await call(services.control, "ListCaches", {}, token)],
  issue_tokens: async (token) => {
    const expires = { valid_for_seconds: 60 };
    const spec = { auth_token: token, expires, permissions };
    return [
      await call(services.token, "GenerateDisposableToken", spec),
      await call(services.auth, "GenerateApiToken", spec),
      await call(services.control, "CreateSigningKey", { ttl_minutes: 1 }, token),
      await call(services.control, "ListSigningKeys", {}, token),
    ];
  },
  manage_access: async (token) => {
    const superUser = {
      auth_token: token,
      expires: { valid_for_seconds: 60 },
      permissions: { super_user: "SuperUser" },
    };
    const key = { role_id: "viewer", description: "", never: {} };
    const made = await call(services.admin, "GenerateGlobalApiKey", key, token);
    return [
      made,
      await call(services.auth, "GenerateApiToken", superUser),
      // Without a key of its own this would revoke nobody's: permission is asked for before it is looked for.
      await call(
        services.admin,
        "RevokeGlobalApiKey",
        { key_id: made.response?.key_info.key_id ?? "nobody" },
        token,
      ),
    ];
  },
  list_access: async (token) => [await callStream(services.admin, "ListGlobalApiKeys", {}, token)],
};

/** @type {Record<string, (token: string, row: Row) => Promise<import("./access.mjs").HttpAnswer[]>>} */
const overHttp = {
  publish: async (token, row) => [await ask("POST", toPath(row), token, "over HTTP")],
  subscribe: async (token, row) => [await ask("GET", `${toPath(row)}?sequence_number=1`, token)],
  issue_tokens: async (token) => {
    const set = { rules: [{ type: "topic", permissions: ["read"], caches: "*", topics: "*" }] };
    return [await ask("POST", "/tokens", token, { permissions: set, expires_in_seconds: 60 })];
  },
  manage_access: async (token) => {
    const role = { role_name: newName(), permissions: { rules: [] } };
    const made = await ask("POST", "/roles", token, role);
    const rolePath = `/roles/${made.json?.role_id ?? "none"}`;
    const key = await ask("POST", "/api-keys", token, {
      ...{ role_id: "viewer", description: "", expiry: "never" },
    });
    return [
      made,
      await ask("PUT", rolePath, token, role),
      await ask("DELETE", rolePath, token),
      key,
      await ask("DELETE", `/api-keys/${key.json?.key_info?.key_id ?? "none"}`, token),
      await ask("POST", "/tokens", token, { role_id: "viewer", expires_in_seconds: 60 }),
      await ask("POST", "/revocations", token, { token_id: newName() }),
    ];
  },
  list_access: async (token) => [
    await ask("GET", "/api-keys", token),
    await ask("GET", "/roles", token),
    await ask("GET", "/revocations", token),
  ],
  read_metrics: async (token) => [await ask("GET", "/metrics", token)],
};

/** @param {string} method @param {string} path @param {string} token @param {object | string} [body] */
function ask(method, path, token, body) {
  return request(server.port, method, path, { token, body });
}

/** @param {Row} row @param {(token: string) => Promise<void>} check */
async function withEach(row, check) {
  const all = credentials.get(row.permissions);
  assert.ok(all, `nobody has the permissions ${row.permissions}`);
  for (const { form, token } of all) {
    await check(token).catch((error) => {
      throw new Error(`with a ${form}: ${error.message}`, { cause: error });
    });
  }
}

describe("through gRPC", () => {
  for (const row of rows) {
    const perform = overGrpc[row.action];
    assert.equal(perform === undefined, row.not_over?.includes("grpc") ?? false, row.name);
    if (perform === undefined) continue;
    test(`${row.name}: ${row.allowed ? "allowed" : "denied"}`, () =>
      withEach(row, async (token) => {
        for (const { code, details } of await perform(token, row)) {
          assert.equal(code, row.allowed ? grpc.status.OK : grpc.status.PERMISSION_DENIED, details);
          if (!row.allowed) assert.match(details, /Insufficient permissions/);
        }
      }));
  }
});

describe("through HTTP", () => {
  for (const row of rows) {
    const perform = overHttp[row.action];
    assert.equal(perform === undefined, row.not_over?.includes("http") ?? false, row.name);
    if (perform === undefined) continue;
    test(`${row.name}: ${row.allowed ? "allowed" : "denied"}`, () =>
      withEach(row, async (token) => {
        for (const { status, text, json } of await perform(token, row)) {
          if (row.allowed) assert.ok(status === 200 || status === 204, `${status}: ${text}`);
          else {
            assert.equal(status, 403, text);
            assert.equal(json.code, "PermissionDenied");
            assert.match(json.message, /Insufficient permissions/);
          }
        }
      }));
  }
});

test("who may not is not told whether a cache exists; who may is", async () => {
  const [{ token: nobody } = { token: "" }] = credentials.get("nothing") ?? [];
  const [{ token: anybody } = { token: "" }] = credentials.get("all data, read and write") ?? [];
  for (const [token, code, status] of /** @type {const} */ ([
    [nobody, grpc.status.PERMISSION_DENIED, 403],
    [anybody, grpc.status.NOT_FOUND, 404],
  ])) {
    const missing = { cache_name: "no-such-cache", topic: "topic" };
    const value = { text: "value" };
    assert.equal((await call(services.pubsub, "Publish", { ...missing, value }, token)).code, code);
    assert.equal((await callStream(services.pubsub, "Subscribe", missing, token)).code, code);
    for (const method of ["GET", "POST"])
      assert.equal((await ask(method, "/topics/no-such-cache/topic", token)).status, status);
  }
});
