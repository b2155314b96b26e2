// The programs of packages/sdk/README.md, each as its reader has it: a file beside the installed packages.

import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { createTemporaryDirectory, repositoryRoot, startSubito } from "../harness.mjs";
import { readBlocks } from "../readme/blocks.mjs";
import { captureCommand } from "../tools/commands.mjs";

/** What each program prints. @type {Readonly<Record<string, RegExp>>} */
const outputs = {
  news: /^1: Hello!\n$/,
  loop: /^one\ntwo\nthree\n$/,
  tokens: /^(?:alice says Hello!\nPERMISSION_ERROR|PERMISSION_ERROR\nalice says Hello!)\n$/,
};

const blocks = readBlocks("packages/sdk/README.md");
/** @type {import("../harness.mjs").SubitoServer} */
let server;

before(async () => {
  server = await startSubito();
});
after(async () => {
  assert.equal(await server?.stop(), 0);
});

test("every program of the page is known here", () => {
  assert.deepEqual([...blocks.keys()].sort(), Object.keys(outputs).sort());
});

for (const [name, { text }] of blocks) {
  test(`${name}.mjs prints what it should, and ends`, async () => {
    assert.ok(text.startsWith(`// ${name}.mjs\n`));
    assert.ok(text.includes("http://127.0.0.1:8080"));
    const directory = createTemporaryDirectory();
    mkdirSync(join(directory, "node_modules", "@subito"), { recursive: true });
    symlinkSync(join(repositoryRoot, "packages", "sdk"), join(directory, "node_modules", "@subito", "sdk"));
    symlinkSync(join(import.meta.dirname, "node_modules", "ws"), join(directory, "node_modules", "ws"));
    writeFileSync(join(directory, `${name}.mjs`), text.replaceAll("http://127.0.0.1:8080", server.url));
    const { status, stdout, stderr } = await captureCommand(process.execPath, [`${name}.mjs`], {
      cwd: directory,
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, outputs[name] ?? /^$/);
  });
}
