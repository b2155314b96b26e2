// Renewal is all or none.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { SubscribeGrant } from "../ports/grant.js";
import type { TopicRule } from "../ports/permissions.js";
import { code } from "../testing/topics-world.js";
import { LOCAL_PRINCIPAL, type Principal } from "./principal.js";
import { renewAll } from "./renew.js";

const rule: TopicRule = { type: "topic", permissions: ["read"], caches: "*", topics: { prefix: "a" } };
const lease = { add() {}, remove() {} };
const fresh: Principal = { ...LOCAL_PRINCIPAL, kind: "disposable", superUser: false, rules: [rule], lease };

function create(topicName: string) {
  const grants: SubscribeGrant[] = [];
  return { cacheName: "c", topicName, grants, renew: (grant: SubscribeGrant) => grants.push(grant) };
}

test("all are renewed, each for its topic", () => {
  const all = [create("a1"), create("a2")];
  renewAll(all, fresh);
  for (const { topicName, grants } of all) assert.deepEqual(grants, [{ cacheName: "c", topicName, lease }]);
  renewAll([], fresh);
});

test("one that the new credential may not have keeps all others as they were", () => {
  const all = [create("a1"), create("b"), create("a2")];
  assert.throws(() => renewAll(all, fresh), code("permission_denied"));
  assert.deepEqual(
    all.map(({ grants }) => grants.length),
    [0, 0, 0],
  );
});
