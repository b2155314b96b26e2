// The import rules on samples that break them, so that a rule which finds nothing is noticed.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { checkCycles, checkLayers, checkReachable, checkTable } from "./import-rules.js";
import { type Layer, findLayer, toMarkdownTable } from "./layers.js";
import { parseSourceFile } from "./source-file.js";
import type { Violation } from "./violation.js";

const src = "packages/server/src";
const table: readonly Layer[] = [
  { name: "kernel", path: `${src}/kernel/`, imports: [], outside: [] },
  { name: "ports", path: `${src}/ports/`, imports: [], outside: [] },
  { name: "topics", path: `${src}/topics/`, imports: ["ports"], outside: ["node:zlib"] },
  {
    name: "grpc",
    path: `${src}/grpc/`,
    imports: ["topics"],
    typesFrom: ["ports"],
    outside: ["@connectrpc/*"],
  },
  { name: "http2", path: "packages/http2/src/", imports: [], outside: [] },
];
const filler: Readonly<Record<string, string>> = {
  [`${src}/kernel/clock.ts`]: "",
  [`${src}/ports/grant.ts`]: "",
  [`${src}/topics/publish.ts`]: "",
  [`${src}/grpc/pubsub.ts`]: "",
  "packages/http2/src/index.ts": "",
  [`${src}/testing/fake.ts`]: "",
};
const packageEntries = new Map([["@subito/http2", "packages/http2/src/index.ts"]]);

function worldOf(sample: Readonly<Record<string, string>>) {
  const files = Object.entries({ ...filler, ...sample }).map(([path, text]) => parseSourceFile(path, text));
  return { files, packageEntries };
}

function messagesOf(violations: readonly Violation[]): string {
  return violations.map((violation) => `${violation.path}: ${violation.message}`).join("\n");
}

function layerMessages(path: string, text: string): string {
  return messagesOf(checkLayers(worldOf({ [`${src}/${path}`]: text }), table));
}

describe("the layer rule", () => {
  it("passes what the table allows", () => {
    const text = [
      'import { a } from "../ports/grant.js";',
      'import type { Clock } from "../kernel/clock.js";',
      'import { gzip } from "node:zlib";',
      'import { Buffer } from "node:buffer";',
      'import { b } from "./other.js";',
    ].join("\n");
    assert.equal(layerMessages("topics/publish.ts", text), "");
    assert.equal(layerMessages("grpc/pubsub.ts", 'import { c } from "@connectrpc/connect";'), "");
  });

  for (const [what, text] of [
    ["an import", 'import { a } from "../grpc/pubsub.js";'],
    ["a type import", 'import type { A } from "../grpc/pubsub.js";'],
    ["an export", 'export { a } from "../grpc/pubsub.js";'],
    ["an export of all", 'export * from "../grpc/pubsub.js";'],
    ["a dynamic import", 'void import("../grpc/pubsub.js");'],
    ["an import in a type", 'export type B = import("../grpc/pubsub.js").A;'],
    ["an import for its effect", 'import "../grpc/pubsub.js";'],
    ["one of our packages", 'import { a } from "@subito/http2";'],
    ["a builtin", 'import { readFile } from "node:fs";'],
    ["a package", 'import pino from "pino";'],
    ["help for tests", 'import { f } from "../testing/fake.js";'],
    ["a computed import", "void import(name);"],
  ] as const)
    it(`refuses ${what} that the table does not allow`, () => {
      assert.match(
        layerMessages("topics/publish.ts", text),
        /^packages\/server\/src\/topics\/publish\.ts: .*\S/,
      );
    });

  it("lets only types through where the table says so", () => {
    assert.equal(layerMessages("grpc/pubsub.ts", 'import type { A } from "../ports/grant.js";'), "");
    for (const text of [
      'import { A } from "../ports/grant.js";',
      'import { type A } from "../ports/grant.js";',
    ])
      assert.match(layerMessages("grpc/pubsub.ts", text), /may import only types from ports/);
  });

  it("keeps the kernel of the server from other packages", () => {
    const world = worldOf({ "packages/http2/src/index.ts": 'import "../../server/src/kernel/clock.js";' });
    assert.match(messagesOf(checkLayers(world, table)), /http2 may not import kernel/);
  });

  it("leaves tests alone", () => {
    assert.equal(layerMessages("topics/publish.test.ts", 'import { a } from "../grpc/pubsub.js";'), "");
  });

  it("lets a computed import through where the table says so", () => {
    const row = { name: "loader", path: "tools/", imports: [], outside: [], computedImports: true as const };
    const found = checkLayers(worldOf({ "tools/loader.ts": "void import(name);" }), [...table, row]);
    assert.equal(messagesOf(found), "");
  });

  it("wants a row for every file and a file for every row", () => {
    assert.match(layerMessages("cache/get.ts", ""), /cache\/get\.ts: no row/);
    const { files } = worldOf({});
    const rest = files.filter((file) => !file.path.startsWith("packages/http2/"));
    assert.match(messagesOf(checkLayers({ files: rest, packageEntries }, table)), /"http2" covers no file/);
  });
});

describe("the table rule", () => {
  it("refuses a circle of rows and names that are no row", () => {
    const row = { outside: [] };
    const a = { ...row, name: "a", path: "a/", imports: ["b"] };
    assert.match(messagesOf(checkTable([a, { ...row, name: "b", path: "b/", imports: ["a"] }])), /a → b → a/);
    assert.match(messagesOf(checkTable([a])), /names "b", which is no row/);
    assert.match(
      messagesOf(
        checkTable([
          { ...a, imports: [] },
          { ...a, imports: [] },
        ]),
      ),
      /same name/,
    );
    assert.deepEqual(checkTable(table), []);
  });
});

describe("the cycle rule", () => {
  it("finds cycles of values, of types, and through our packages", () => {
    const toB = 'import { b } from "./b.js";';
    const sample = { "tools/a.ts": toB, "tools/b.ts": 'import type { A } from "./a.js";' };
    assert.match(messagesOf(checkCycles(worldOf(sample))), /tools\/a\.ts → tools\/b\.ts → tools\/a\.ts/);
    const through = {
      [`${src}/grpc/pubsub.ts`]: 'import "@subito/http2";',
      "packages/http2/src/index.ts": 'import "../../server/src/grpc/pubsub.js";',
    };
    assert.equal(checkCycles(worldOf(through)).length, 1);
    assert.equal(checkCycles(worldOf({ "tools/a.test.ts": 'import "./a.test.js";' })).length, 1);
  });

  it("passes a diamond", () => {
    const sample = {
      "tools/a.ts": 'import "./b.js"; import "./c.js";',
      "tools/b.ts": 'import "./d.js";',
      "tools/c.ts": 'import "./d.js";',
      "tools/d.ts": "",
    };
    assert.deepEqual(checkCycles(worldOf(sample)), []);
  });
});

describe("the rule that every file is reached", () => {
  it("finds islands, files that only tests use, and entry points that are gone", () => {
    const files = [
      parseSourceFile("tools/main.ts", 'import "./used.js";'),
      parseSourceFile("tools/used.ts", ""),
      parseSourceFile("tools/island-a.ts", 'import "./island-b.js";'),
      parseSourceFile("tools/island-b.ts", ""),
      parseSourceFile("tools/tested.ts", ""),
      parseSourceFile(
        "tools/tested.test.ts",
        'import "./tested.js"; import "../packages/server/src/testing/fake.js";',
      ),
      parseSourceFile(`${src}/testing/fake.ts`, ""),
    ];
    const found = checkReachable({ files, packageEntries: new Map() }, ["tools/main.ts", "tools/gone.ts"]);
    assert.deepEqual(
      found.map((violation) => violation.path),
      ["tools/island-a.ts", "tools/island-b.ts", "tools/tested.ts", "tools/gone.ts"],
    );
  });
});

describe("the table", () => {
  it("gives a file the row with the longest path", () => {
    const inner = { name: "inner", path: "a/b/", imports: [], outside: [] };
    const rows = [
      { ...inner, name: "outer", path: "a/" },
      inner,
      { ...inner, name: "file", path: "a/b/c.ts" },
    ];
    const nameOf = (path: string) => findLayer(path, rows)?.name;
    assert.deepEqual(["a/x.ts", "a/b/x.ts", "a/b/c.ts", "z.ts"].map(nameOf), [
      "outer",
      "inner",
      "file",
      undefined,
    ]);
  });

  it("is shown with types, packages and empty cells", () => {
    assert.equal(
      toMarkdownTable(table.slice(3)),
      [
        "| layer | may import | and of outside |",
        "|---|---|---|",
        "| grpc | topics, ports (types) | `@connectrpc/*` |",
        "| http2 | – | – |",
      ].join("\n"),
    );
  });
});
