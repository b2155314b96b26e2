// Grants say what was asked for; who has no permission gets none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "../kernel/errors.js";
import {
  authorizeIssueTokens,
  authorizeListAccess,
  authorizeListCaches,
  authorizeManageAccess,
  authorizeManageCaches,
  authorizePublish,
  authorizeReadMetrics,
  authorizeRefreshKey,
  authorizeSubscribe,
} from "./authorize.js";
import { LOCAL_PRINCIPAL, type Principal } from "./principal.js";

const NOBODY: Principal = {
  ...LOCAL_PRINCIPAL,
  kind: "disposable",
  id: "nobody",
  superUser: false,
  rules: [],
};

test("grants name what was asked for, who it was, and the id that goes on what is published", () => {
  const principal: Principal = { ...LOCAL_PRINCIPAL, kind: "api_key", id: "k", tokenId: "alice" };
  assert.deepEqual(authorizePublish(principal, "c", "t"), {
    cacheName: "c",
    topicName: "t",
    publisherId: "alice",
  });
  assert.deepEqual(authorizeSubscribe(principal, "c", "t"), {
    cacheName: "c",
    topicName: "t",
    lease: undefined,
  });
  assert.equal(authorizePublish(LOCAL_PRINCIPAL, "c", "t").publisherId, "");
  assert.deepEqual(authorizeManageAccess(principal), { by: "api_key k", keyId: "k" });
  assert.deepEqual(authorizeIssueTokens(LOCAL_PRINCIPAL), { by: "local", keyId: "" });
  assert.deepEqual(authorizeRefreshKey(principal), { keyId: "k" });
});

test("without permissions everything is denied, with the words that SDKs look for", () => {
  const asks = [
    () => authorizePublish(NOBODY, "c", "t"),
    () => authorizeSubscribe(NOBODY, "c", "t"),
    () => authorizeManageCaches(NOBODY),
    () => authorizeListCaches(NOBODY),
    () => authorizeIssueTokens(NOBODY),
    () => authorizeManageAccess(NOBODY),
    () => authorizeListAccess(NOBODY),
    () => authorizeReadMetrics(NOBODY),
    () => authorizeRefreshKey(NOBODY),
    () => authorizeIssueTokens({ ...LOCAL_PRINCIPAL, mayIssue: false }),
    () => authorizeManageAccess({ ...LOCAL_PRINCIPAL, mayIssue: false }),
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
