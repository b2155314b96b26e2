// `subito roles` as users run it, against a real server: made, used, changed, deleted unless in use.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, after, before, test } from "node:test";
import { type RealServer, startRealServer } from "../testing/real-server.js";

let server: RealServer;
before(async () => (server = await startRealServer()));
after(() => server.close());

interface Role {
  readonly role_id: string;
  readonly role_name: string;
  readonly role_type: string;
  readonly description: string;
  readonly permissions: { readonly rules: readonly object[]; readonly conditions?: readonly object[] };
}

function topicRule(verb: "read" | "write", name: string): object {
  return { type: "topic", permissions: [verb], caches: { name: "default" }, topics: { name } };
}

async function findRole(id: string): Promise<Role | undefined> {
  const all = JSON.parse(await server.print(["roles", "list", "--json"])) as Role[];
  return all.find((role) => role.role_id === id);
}

/** The id of a new role, whose rules come from standard input. */
async function createRole(name: string, permissions: unknown, ...more: readonly string[]): Promise<string> {
  const args = ["roles", "create", name, "--permissions", "-", ...more];
  return (await server.print(args, JSON.stringify(permissions))).trim();
}

function writeJson(t: TestContext, content: string): string {
  const directory = mkdtempSync(join(tmpdir(), "subito-roles-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, "rules.json");
  writeFileSync(file, content);
  return file;
}

async function publishStatus(key: string, topic: string): Promise<number> {
  return (await server.run(["publish", "default", topic, "x", "--api-key", key])).status;
}

test("the roles of the system are listed, and cannot be changed or deleted", async () => {
  const table = await server.print(["roles", "list"]);
  assert.match(
    table,
    /^id +type +name +description\nowner +system +Owner +Everything\.\noperator .*\nviewer .*\n/,
  );
  for (const args of [
    ["change", "owner", "--name", "Boss"],
    ["delete", "owner"],
  ]) {
    const { status, stderr } = await server.run(["roles", ...args]);
    assert.equal(status, 1);
    assert.match(stderr, /is the system's, and stays as it is/);
  }
});

test("a key of a new role may what its rules say; a change counts at once", async (t) => {
  const id = await createRole("Writer", [topicRule("write", "a")], "--description", "writes to a");
  assert.deepEqual(await findRole(id), {
    ...{ role_id: id, role_name: "Writer", role_type: "custom", description: "writes to a" },
    permissions: { rules: [topicRule("write", "a")] },
  });
  const key = (await server.print(["keys", "create", "--role", id])).trim();
  assert.deepEqual([await publishStatus(key, "a"), await publishStatus(key, "b")], [0, 1]);

  const file = writeJson(t, JSON.stringify({ rules: [topicRule("write", "b")] }));
  assert.equal(await server.print(["roles", "change", id, "--permissions", file]), "");
  assert.deepEqual([await publishStatus(key, "a"), await publishStatus(key, "b")], [1, 0]);
  const changed = await findRole(id);
  assert.deepEqual([changed?.role_name, changed?.description], ["Writer", "writes to a"]);
});

test("a change leaves what no flag names", async () => {
  const permissions = {
    rules: [
      topicRule("read", "a"),
      { type: "auth_management", permissions: ["list"], items: "*" },
      { type: "cache", permissions: ["read"], caches: "*", items: { key_prefix: "k" } },
    ],
    conditions: [{ ip_filter: { allowed_cidr_ranges: ["127.0.0.0/8"] } }],
  };
  const id = await createRole("Many", permissions, "--description", "before");
  const answer = JSON.parse(await server.print(["roles", "change", id, "--name", "More", "--json"])) as Role;
  const expected = {
    role_id: id,
    role_name: "More",
    role_type: "custom",
    description: "before",
    permissions,
  };
  assert.deepEqual(answer, expected);
  await server.print(["roles", "change", id, "--description", ""]);
  assert.deepEqual(await findRole(id), { ...expected, description: "" });
});

test("a role that is in use is not deleted, and it is said by which keys; without them it is", async () => {
  const id = await createRole("Used", [topicRule("read", "a")]);
  const made = await server.print(["keys", "create", "the display in the hall", "--role", id, "--json"]);
  const { key_id: keyId } = (JSON.parse(made) as { key_info: { key_id: string } }).key_info;
  const blocked = await server.run(["roles", "delete", id]);
  assert.equal(blocked.status, 1);
  assert.match(blocked.stderr, new RegExp(`^${keyId} .*the display in the hall$`, "m"));
  assert.notEqual(await findRole(id), undefined);
  const asJson = await server.run(["roles", "delete", id, "--json"]);
  assert.equal(asJson.status, 1);
  assert.equal((JSON.parse(asJson.stdout) as { status: string }).status, "blocked");

  await server.print(["keys", "revoke", keyId]);
  assert.equal(await server.print(["roles", "delete", id]), "");
  assert.equal(await findRole(id), undefined);
});

test("a name that is taken, rules that are not valid, and an unknown id are refused by the server", async () => {
  const create = ["roles", "create", "OWNER", "--permissions", "-"];
  const taken = await server.run(create, "[]");
  assert.deepEqual([taken.status, /named "OWNER" already/.test(taken.stderr)], [1, true], taken.stderr);
  const wrong = await server.run(["roles", "create", "Wrong", "--permissions", "-"], '[{"type":"topics"}]');
  assert.deepEqual([wrong.status, /rules\[0\]\.type/.test(wrong.stderr)], [1, true], wrong.stderr);
  for (const args of [
    ["change", "none", "--name", "x"],
    ["delete", "none"],
  ]) {
    const { status, stderr } = await server.run(["roles", ...args]);
    assert.equal(status, 1);
    assert.match(stderr, /There is no role with the id "none"/);
  }
});

test("a wrong command line is a usage error that says what is missing", async (t) => {
  const file = writeJson(t, "{rules: []}");
  for (const [args, reason] of [
    [[], /list, create, change or delete/],
    [["create", "--permissions", file], /takes the name of the role/],
    [["create", "x"], /needs --permissions/],
    [["create", "x", "--permissions", file], /cannot be read as JSON/],
    [["create", "x", "--permissions", `${file}.gone`], /cannot be read as JSON/],
    [["create", "x", "--permissions", file, "--name", "y"], /does not take --name/],
    [["change", "x"], /needs --name, --permissions or --description/],
    [["change", "--name", "x"], /takes the id of a role/],
    [["delete"], /takes the id of a role/],
    [["list", "custom"], /one argument too many/],
  ] as const) {
    const { status, stderr } = await server.run(["roles", ...args]);
    assert.equal(status, 2, args.join(" "));
    assert.match(stderr, reason, args.join(" "));
  }
});
