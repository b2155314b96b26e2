// Who counts as local, and who only pretends.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isLocalCaller } from "./local-caller.js";

function caller(authority: string | undefined, fields: Record<string, string> = {}): boolean {
  return isLocalCaller({ authority, metadata: { get: (name) => fields[name] } });
}

describe("isLocalCaller", () => {
  it("takes programs and pages of this machine", () => {
    assert.equal(caller("127.0.0.1:8080"), true);
    assert.equal(caller("localhost:8080", { origin: "http://localhost:3000" }), true);
    assert.equal(caller("localhost:8080", { "sec-fetch-site": "same-site" }), true);
  });

  it("refuses names that are not loopback, as DNS rebinding uses them", () => {
    assert.equal(caller("evil.example"), false);
    assert.equal(caller("127.0.0.1.evil.example:8080"), false);
    assert.equal(caller(undefined), false);
  });

  it("refuses pages from elsewhere, whether they say so by Origin or by Sec-Fetch-Site", () => {
    assert.equal(caller("localhost:8080", { origin: "https://evil.example" }), false);
    assert.equal(caller("localhost:8080", { origin: "null" }), false);
    assert.equal(caller("localhost:8080", { "sec-fetch-site": "cross-site" }), false);
  });
});
