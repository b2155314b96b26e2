// The rules about single files on samples that break them, so that a rule which finds nothing is noticed.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseSourceFile } from "./source-file.js";
import * as rules from "./tidy-rules.js";
import { toText } from "./violation.js";

const topics = "packages/server/src/topics/publish.ts";

describe("the size rule", () => {
  const file = (lines: number) => parseSourceFile(topics, "//\n".repeat(lines));
  const exception = { path: topics, linesMax: 510, reason: "a table" };

  it("refuses the line above the limit", () => {
    assert.equal(rules.checkSize([file(500)], []).length, 0);
    assert.match(toText(rules.checkSize([file(501)], [])[0] ?? assert.fail()), /501 lines, more than 500/);
  });

  it("lets an exception shrink only", () => {
    assert.equal(rules.checkSize([file(510)], [exception]).length, 0);
    assert.equal(rules.checkSize([file(511)], [exception]).length, 1);
    assert.equal(rules.checkSize([file(509)], [exception]).length, 1);
    assert.equal(rules.checkSize([], [exception]).length, 1);
  });

  it("lists what is above the soft limit", () => {
    assert.deepEqual(rules.listLongFiles([file(300)]), []);
    assert.deepEqual(rules.listLongFiles([file(301)]), [`${topics}: 301 lines`]);
  });
});

describe("the rule of the top comment", () => {
  const passes = (text: string) => rules.checkTopComment([parseSourceFile(topics, text)]).length === 0;

  it("passes a comment, also behind a shebang", () => {
    for (const text of [
      "// What for.\n",
      "/* What for. */",
      "/** What for. */",
      "#!/usr/bin/env node\n// What for.\n",
    ])
      assert.ok(passes(text), text);
    assert.ok(passes("/**\n * What for.\n */\n"));
  });

  it("refuses code, nothing, and a comment for a tool", () => {
    for (const text of [
      "",
      "export {};\n",
      "\n// Late.\n",
      "//\n",
      "// eslint-" + "disable\n",
      "/* eslint-" + "disable */\n",
    ])
      assert.ok(!passes(text), text);
  });
});

describe("the rule of banned globals", () => {
  const find = (text: string, path = topics) =>
    rules.checkGlobals([parseSourceFile(path, text)]).map((violation) => violation.message.split(" is ")[0]);

  it("finds each of them", () => {
    const samples: readonly (readonly [string, string])[] = [
      ["const a = process.env;", "process"],
      ["const a = globalThis.process.env;", "process"],
      ["function f(run = setImmediate) {}", "setImmediate"],
      ["setTimeout(f, 1);", "setTimeout"],
      ["globalThis.setInterval(f, 1);", "setInterval"],
      ["const a = { console };", "console"],
      ["const a = { log: console };", "console"],
      ["const a = `${process}`;", "process"],
      ["const a = () => console;", "console"],
      ["const a = Date.now();", "Date.now"],
      ["const a = Date.now;", "Date.now"],
      ["const a = new Date();", "new Date()"],
      ["const a = performance.now();", "performance.now"],
      ["const a = Math.random();", "Math.random"],
    ];
    for (const [text, name] of samples) assert.deepEqual(find(text), [name], text);
  });

  it("passes members, types, names of one's own, and dates that are given", () => {
    for (const text of [
      "clock.setTimeout(f, 1);",
      "interface A { process(): void; setTimeout: number }",
      "class A { process() {} }",
      "type A = ReturnType<typeof setTimeout>;",
      "function f(process: string) { return process; }",
      "const a = new Date(0);",
      "const a = Date.UTC(2026, 0);",
      "const a = { process: 1 };",
      "// process and setTimeout",
      'const a = "setTimeout";',
    ])
      assert.deepEqual(find(text), [], text);
  });

  it("passes the edge of the process, the kernel's five files, and tests", () => {
    for (const path of [
      "main.ts",
      "config/env.ts",
      "kernel/clock.ts",
      "testing/a.ts",
      "topics/a.test.ts",
      "a.bench.ts",
    ])
      assert.deepEqual(find("setTimeout(f, 1);", `packages/server/src/${path}`), [], path);
    assert.equal(find("setTimeout(f, 1);", "packages/server/src/kernel/bytes.ts").length, 1);
    assert.equal(find("setTimeout(f, 1);", "packages/http2/src/connection.ts").length, 1);
  });
});

describe("the rule of grants", () => {
  const count = (text: string, path = topics) => rules.checkGrants([parseSourceFile(path, text)]).length;

  it("refuses a cast in every spelling", () => {
    for (const text of [
      "const a = b as PublishGrant;",
      "const a = b as unknown as Grant;",
      "const a = b as Readonly<SubscribeGrant>;",
      "const a = <PublishGrant>b;",
    ])
      assert.equal(count(text), 1, text);
  });

  it("passes authorize.ts, tests and other casts", () => {
    assert.equal(count("const a = b as PublishGrant;", "packages/server/src/auth/authorize.ts"), 0);
    assert.equal(count("const a = b as PublishGrant;", "packages/server/src/topics/publish.test.ts"), 0);
    assert.equal(count("const a = b as Granted;"), 0);
    assert.equal(count("const a: PublishGrant = b;"), 0);
  });
});

describe("the rules of lines", () => {
  it("find a leftover marker and name its line", () => {
    for (const word of ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]) {
      const found = rules.checkMarkers([{ path: topics, text: `const a = 1;\n// ${word}: later\n` }]);
      assert.equal(found.map(toText).join(), `${topics}:2: leftover marker ${word}; do it, or open an issue`);
    }
    assert.deepEqual(rules.checkMarkers([{ path: topics, text: "// hackers in mastodons" }]), []);
  });

  it("find a disabled lint rule without its reason", () => {
    const count = (text: string) => rules.checkReasons([parseSourceFile(topics, text)]).length;
    const directive = "// eslint-" + "disable-next-line no-empty";
    assert.equal(count(directive), 1);
    assert.equal(count(`${directive} -- `), 1);
    assert.equal(count(`${directive} -- the loop does the work`), 0);
    assert.equal(count("/* eslint-" + "disable no-empty */"), 1);
  });
});
