// The decision table, conformance/vectors/permissions.json: every row of it, and that it leaves out no action.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parsePermissionSet } from "../ports/parse-permissions.js";
import {
  MANAGEMENT_ACTIONS,
  type ManagementAction,
  TOPIC_ACTIONS,
  type TopicAction,
  mayManage,
  mayUseTopic,
} from "./actions.js";
import { LOCAL_PRINCIPAL, type Principal } from "./principal.js";
import { SYSTEM_ROLES, findSystemRole } from "./system-roles.js";

interface Row {
  readonly name: string;
  /** `super_user`, the id of a system role, or the name of a set. */
  readonly permissions: string;
  readonly action: string;
  readonly cache?: string;
  readonly topic?: string;
  readonly allowed: boolean;
}

const { sets, rows } = JSON.parse(
  readFileSync(new URL("../../../../conformance/vectors/permissions.json", import.meta.url), "utf8"),
) as { readonly sets: Readonly<Record<string, unknown>>; readonly rows: readonly Row[] };

function toPrincipal(permissions: string): Principal {
  const nobody = { ...LOCAL_PRINCIPAL, superUser: false, rules: [] };
  if (permissions === "super_user") return { ...nobody, superUser: true };
  const role = findSystemRole(permissions);
  if (role !== undefined) return { ...nobody, rules: role.permissions.rules };
  const set = sets[permissions];
  assert.ok(set, `there is no set ${permissions}`);
  return { ...nobody, rules: parsePermissionSet(set).rules };
}

describe("the decision table", () => {
  for (const { name, permissions, action, cache, topic, allowed } of rows) {
    test(`${name}: ${allowed ? "allowed" : "denied"}`, () => {
      const principal = toPrincipal(permissions);
      if (action in TOPIC_ACTIONS) {
        assert.ok(cache !== undefined && topic !== undefined);
        assert.equal(mayUseTopic(principal, action as TopicAction, cache, topic), allowed);
      } else {
        assert.ok(action in MANAGEMENT_ACTIONS);
        assert.equal(mayManage(principal, action as ManagementAction), allowed);
      }
    });
  }

  test("super user, every system role and every set is asked for every action", () => {
    const asked = new Set(rows.map(({ permissions, action }) => `${permissions}: ${action}`));
    const subjects = ["super_user", ...SYSTEM_ROLES.map(({ id }) => id), ...Object.keys(sets)];
    const actions = [...Object.keys(MANAGEMENT_ACTIONS), ...Object.keys(TOPIC_ACTIONS)];
    const wanted = subjects.flatMap((subject) => actions.map((action) => `${subject}: ${action}`));
    assert.deepEqual(
      wanted.filter((one) => !asked.has(one)),
      [],
    );
  });

  test("every action is allowed to someone and denied to someone", () => {
    for (const action of [...Object.keys(MANAGEMENT_ACTIONS), ...Object.keys(TOPIC_ACTIONS)]) {
      const answers = new Set(rows.filter((row) => row.action === action).map((row) => row.allowed));
      assert.equal(answers.size, 2, action);
    }
  });
});
