// Holds the repository to its habits: each test is one rule over the whole tree, and its failure names files and rule.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { checkCycles, checkLayers, checkReachable, checkTable } from "./import-rules.js";
import { entryPoints } from "./layers.js";
import * as repository from "./repository.js";
import { sizeExceptions } from "./size-exceptions.js";
import * as rules from "./tidy-rules.js";
import * as treeRules from "./tree-rules.js";
import { type Violation, toText } from "./violation.js";

const paths = repository.listFiles();
const files = repository.readSourceFiles(paths);
const texts = repository.readTextFiles(paths);
const world = { files, packageEntries: repository.readPackageEntries(paths) };
/** Files that hold code of ours, in any language. */
const code = texts.filter((file) => /\.(ts|js|mjs|py|go|c|proto|lua|sh)$/.test(file.path));

function assertNone(violations: readonly Violation[]): void {
  if (violations.length > 0) assert.fail(["", ...violations.map(toText)].join("\n"));
}

describe("imports", () => {
  it("are those that the table allows", () => {
    assertNone(checkLayers(world));
  });
  it("have a table that does not lead in circles", () => {
    assertNone(checkTable());
  });
  it("form no cycle", () => {
    assertNone(checkCycles(world));
  });
  it("reach every file", () => {
    assertNone(checkReachable(world, entryPoints));
  });
});

describe("source files", () => {
  it("were found", () => {
    assert.ok(files.length > 50, `only ${files.length} source files`);
  });
  it("keep to the size limit", (t) => {
    for (const line of rules.listLongFiles(files)) t.diagnostic(`longer than ${rules.softLinesMax}: ${line}`);
    assertNone(rules.checkSize(files, sizeExceptions));
  });
  it("say at the top what they are for", () => {
    assertNone(rules.checkTopComment(files));
  });
  it("use no banned global", () => {
    assertNone(rules.checkGlobals(files));
  });
  it("cast nothing to a Grant", () => {
    assertNone(rules.checkGrants(files));
  });
  it("give a reason for each disabled lint rule", () => {
    assertNone(rules.checkReasons(files));
  });
  it("hold no leftover marker", () => {
    assertNone(rules.checkMarkers(code));
  });
});

describe("the repository", () => {
  it("names no machine", () => {
    assertNone(treeRules.checkMachineText(texts));
  });
  it("has no empty folder", () => {
    assertNone(treeRules.checkEmptyFolders(repository.listEmptyFolders()));
  });
  it("has a lock file for every package outside of the workspaces", () => {
    assertNone(treeRules.checkLocks(paths, repository.readWorkspaces()));
  });
  it("has Markdown links that lead somewhere", () => {
    assertNone(treeRules.checkLinks(texts, repository.exists));
  });
  it("shows the import table as it is", () => {
    const path = "ARCHITECTURE.md";
    assertNone(treeRules.checkShownTable(repository.exists(path) ? repository.readText(path) : undefined));
  });
});
