// Request targets and JSON responses.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { jsonResponse, splitTarget } from "./http-message.js";

test("a target is split at its first question mark, its path left as it came", () => {
  const { path, query } = splitTarget("/topics/a%2Fb/c?x=1&y=a%20b&z=?");
  assert.equal(path, "/topics/a%2Fb/c");
  assert.deepEqual(
    [...query],
    [
      ["x", "1"],
      ["y", "a b"],
      ["z", "?"],
    ],
  );
  assert.deepEqual([...splitTarget("/livez").query], []);
  assert.equal(splitTarget("/livez?").path, "/livez");
});

test("property: any text is split without an error", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (target) => {
      assert.ok(!splitTarget(target).path.includes("?"));
      assert.ok(target.startsWith(splitTarget(target).path));
    }),
  );
});

test("a JSON response carries its type, and further fields", () => {
  const response = jsonResponse(405, { code: "é" }, [["allow", "GET"]]);
  assert.deepEqual(response.headers, [
    ["content-type", "application/json"],
    ["allow", "GET"],
  ]);
  assert.deepEqual(JSON.parse(Buffer.from(response.body).toString()), { code: "é" });
});
