// The rules about the repository on samples that break them, so that a rule which finds nothing is noticed.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as rules from "./tree-rules.js";
import { toText } from "./violation.js";

describe("the rule of machine text", () => {
  const count = (text: string) => rules.checkMachineText([{ path: "README.md", text }]).length;

  it("finds paths and hosts of one machine", () => {
    for (const text of [
      "cd /wo" + "rk/main",
      '"/ro' + 'ot/x"',
      "https://registry." + "npmjs.org/",
      "proxy." + "golang.org",
    ])
      assert.equal(count(text), 1, text);
  });

  it("passes paths of the repository", () => {
    for (const text of ["docs/work/a.md", "./root/b", "the network/root"]) assert.equal(count(text), 0, text);
  });
});

describe("the rule of links", () => {
  const exists = (path: string) => ["docs/guides/run.md", "README.md", "docs"].includes(path);
  const find = (text: string, path = "docs/reference/errors.md") =>
    rules.checkLinks([{ path, text }], exists).map(toText);

  it("names the link that leads nowhere", () => {
    assert.deepEqual(find("a\n[b](gone.md)"), [
      "docs/reference/errors.md:2: the link to gone.md leads nowhere",
    ]);
    for (const text of [
      "![b](<gone.png>)",
      '[b](gone.md "title")',
      "[b]: gone.md",
      "[a](../guides/run.md) [b](x.md)",
    ])
      assert.equal(find(text).length, 1, text);
  });

  it("passes links that lead somewhere, other sites, anchors and code", () => {
    for (const text of [
      "[b](../guides/run.md#start)",
      "[b](../../README.md)",
      "[b](../)",
      "[b](/docs)",
      "[b](https://example.com/gone)",
      "[b](mailto:a@example.com)",
      "[b](#here)",
      "`[b](gone.md)`",
      "```md\n[b](gone.md)\n```",
    ])
      assert.deepEqual(find(text), [], text);
  });
});

describe("the rule of lock files", () => {
  it("wants one beside each package outside of the workspaces", () => {
    const paths = ["package.json", "package-lock.json", "packages/http2/package.json", "bench/package.json"];
    const found = rules.checkLocks(paths, ["packages/http2"]);
    assert.deepEqual(
      found.map((violation) => violation.path),
      ["bench/package.json"],
    );
    assert.deepEqual(rules.checkLocks([...paths, "bench/package-lock.json"], ["packages/http2"]), []);
  });
});

describe("the rule of empty folders", () => {
  it("names each", () => {
    assert.equal(rules.checkEmptyFolders(["docs/guides/"]).length, 1);
  });
});

describe("the rule of the shown table", () => {
  const text = `before\n${rules.tableStart}\n\n| a |\n\n${rules.tableEnd}\nafter\n`;

  it("passes the same table only", () => {
    assert.deepEqual(rules.checkShownTable(text, "| a |"), []);
    assert.match(rules.checkShownTable(text, "| b |")[0]?.message ?? "", /differs from tools\/layers\.ts/);
  });

  it("wants the file and its marks", () => {
    assert.match(rules.checkShownTable(undefined, "| a |")[0]?.message ?? "", /is missing/);
    assert.match(rules.checkShownTable("no marks", "| a |")[0]?.message ?? "", /lacks/);
  });

  it("is mended by writing it", () => {
    const mended = rules.replaceShownTable(text, "| b |\n| c |");
    assert.equal(mended, text.replace("| a |", "| b |\n| c |"));
    assert.deepEqual(rules.checkShownTable(mended, "| b |\n| c |"), []);
  });
});
