// What is refused, what is served nevertheless, and that each refusal is counted under its reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LoadShedding, type ShedReason } from "./load-shedding.js";

test("refuses while there is a reason, and counts; health, metrics and Ping are always served", () => {
  let reason: ShedReason | undefined;
  const shedding = new LoadShedding(() => reason);
  const publish = "/cache_client.pubsub.Pubsub/Publish";
  assert.equal(shedding.refuses("POST", publish), false);
  reason = "outbox";
  assert.equal(shedding.refuses("POST", publish), false, "its answer is small");
  assert.equal(shedding.refuses("GET", "/topics/a/b"), true);
  reason = "memory";
  assert.equal(shedding.refuses("POST", publish), true);
  assert.equal(shedding.refuses("GET", "/topics/a/b"), true);
  for (const path of ["/livez", "/livez?x=1", "/readyz", "/metrics", "/cache_client.Ping/Ping"])
    assert.equal(shedding.refuses("GET", path), false, path);
  assert.deepEqual(shedding.refused, { memory: 2, outbox: 1 });
  reason = undefined;
  assert.equal(shedding.refuses("POST", publish), false);
});
