// Grants say what was asked for; who has no permission gets none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "../kernel/errors.js";
import {
  authorizeManageCaches,
  authorizeManageKeys,
  authorizePublish,
  authorizeSubscribe,
} from "./authorize.js";
import { LOCAL_PRINCIPAL, SUPER_USER, type Principal } from "./principal.js";

const NOBODY: Principal = { kind: "api_key", id: "nobody", tokenId: "", permissions: [] };

test("super users get grants that name what they asked for, and their token's id", () => {
  const principal: Principal = { kind: "api_key", id: "k", tokenId: "alice", permissions: SUPER_USER };
  assert.deepEqual(authorizePublish(principal, "c", "t"), {
    cacheName: "c",
    topicName: "t",
    publisherId: "alice",
  });
  assert.deepEqual(authorizeSubscribe(principal, "c", "t"), { cacheName: "c", topicName: "t" });
  assert.equal(authorizePublish(LOCAL_PRINCIPAL, "c", "t").publisherId, "");
  authorizeManageCaches(LOCAL_PRINCIPAL);
  authorizeManageKeys(LOCAL_PRINCIPAL);
});

test("without permissions everything is denied, with the words that SDKs look for", () => {
  const asks = [
    () => authorizePublish(NOBODY, "c", "t"),
    () => authorizeSubscribe(NOBODY, "c", "t"),
    () => authorizeManageCaches(NOBODY),
    () => authorizeManageKeys(NOBODY),
  ];
  for (const ask of asks) {
    assert.throws(ask, (error) => {
      assert.ok(error instanceof ServiceError);
      assert.equal(error.code, "permission_denied");
      assert.match(error.message, /Insufficient permissions/);
      return true;
    });
  }
});
