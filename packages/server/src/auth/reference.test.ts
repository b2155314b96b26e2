// docs/reference/permissions.md says what each action needs, which rules there are, and what the roles of the system may.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Rule } from "../ports/permissions.js";
import { MANAGEMENT_ACTIONS, type ManagementNeed, TOPIC_ACTIONS } from "./actions.js";
import { SYSTEM_ROLES } from "./system-roles.js";

const reference = readFileSync(new URL("../../../../docs/reference/permissions.md", import.meta.url), "utf8");

const TYPES: Readonly<Record<Rule["type"], true>> = {
  account_management: true,
  auth_management: true,
  resource_management: true,
  cache: true,
  topic: true,
  function: true,
};

function demandTable(rows: readonly string[]): void {
  const table = rows.join("\n");
  assert.ok(reference.includes(`\n${table}\n\n`), `docs/reference/permissions.md must hold:\n\n${table}\n`);
}

test("docs/reference/permissions.md has every action with what it needs", () => {
  const ofTopics = [
    `| publish to a topic | \`topic\`: \`${TOPIC_ACTIONS.publish}\` | yes |`,
    `| subscribe to a topic | \`topic\`: \`${TOPIC_ACTIONS.subscribe}\` | yes |`,
  ];
  const needs: readonly ManagementNeed[] = Object.values(MANAGEMENT_ACTIONS);
  const ofServer = needs.map(
    ({ words, type, verb, superUser }) =>
      `| ${words} | \`${type}\`: \`${verb}\` | ${superUser ? "yes" : "no"} |`,
  );
  demandTable(["| --- | --- | --- |", ...ofTopics, ...ofServer]);
});

test("docs/reference/permissions.md has what each role of the system may", () => {
  const rows = SYSTEM_ROLES.map(({ id, permissions: { rules } }) => {
    const cells = Object.keys(TYPES).map((type) => {
      const verbs = rules.filter((rule) => rule.type === type).flatMap((rule) => rule.permissions);
      return verbs.length === 0 ? "–" : verbs.join(", ");
    });
    return `| \`${id}\` | ${cells.join(" | ")} |`;
  });
  demandTable(["| --- | --- | --- | --- | --- | --- | --- |", ...rows]);
});

test("docs/reference/permissions.md has every type of rule", () => {
  const rows = [...reference.matchAll(/^\| `(\w+)` \| (?:read, write, list|invoke) \| \S.* \|$/gm)];
  const types = rows.map(([, type = ""]) => type).filter((type) => type in TYPES);
  assert.deepEqual(types, Object.keys(TYPES));
});
