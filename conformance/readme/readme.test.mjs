// Does what README.md says, with another port and data directory: starts, subscribes, publishes, and runs the programs for the SDKs.

import assert from "node:assert/strict";
import { copyFileSync, existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { createTemporaryDirectory, repositoryRoot, startSubito } from "../harness.mjs";
import { captureCommand } from "../tools/commands.mjs";
import { parseBlocks, readBlocks } from "./blocks.mjs";
import { findMissing, findPython, goModule, nodeModules } from "./clients.mjs";
import { Terminal } from "./terminal.mjs";

const blocks = readBlocks("README.md");
/** Where the README says that the server is. */
const url = "http://127.0.0.1:8080";
const port = "8080";
/** Generous: the Go program is compiled. */
const programTimeoutMs = 300_000;
/** Published until the subscriber shows it, so that nobody has to guess when it is there; left out of what is compared. */
const probe = "is anybody there?";

/** @param {string} name */
function textOf(name) {
  const block = blocks.get(name);
  assert.ok(block, `README.md must have a block marked "readme-test: ${name}"`);
  return block.text;
}

/**
 * The text of a block for the server that listens at `actualUrl`.
 * @param {string} name
 * @param {string} actualUrl
 */
function textFor(name, actualUrl) {
  return textOf(name).replaceAll(url, actualUrl).replaceAll(port, new URL(actualUrl).port);
}

/**
 * Types the README's line for subscribing, and waits until it is subscribed.
 * @param {string} serverUrl
 */
async function startSubscriber(serverUrl) {
  const terminal = new Terminal(textOf("subscribe"), { cwd: repositoryRoot, env: { SUBITO_URL: serverUrl } });
  const timer = setInterval(() => {
    void fetch(`${serverUrl}/topics/default/news`, { method: "POST", body: probe });
  }, 200);
  try {
    await terminal.waitFor(() => terminal.stdout.includes(probe), "the first item");
  } finally {
    clearInterval(timer);
  }
  return terminal;
}

/** @param {Terminal} terminal */
function itemsOf(terminal) {
  return terminal.lines().filter((line) => line !== probe);
}

/**
 * Types a line that ends by itself.
 * @param {string} commandLine
 * @param {string} serverUrl
 */
async function type(commandLine, serverUrl) {
  const terminal = new Terminal(commandLine, { cwd: repositoryRoot, env: { SUBITO_URL: serverUrl } });
  assert.equal(await terminal.ended, "exit code 0", terminal.describe());
  return terminal;
}

describe("README.md", () => {
  test("the first five minutes", async () => {
    assert.equal(textOf("start"), "npm ci && npm start\n");
    const dataDir = createTemporaryDirectory();
    const server = new Terminal(`npm start -- --port 0 --data-dir ${dataDir}`, { cwd: repositoryRoot });
    try {
      const listening = /^Subito listens on (http:\/\/127\.0\.0\.1:\d+)$/m;
      await server.waitFor(() => listening.test(server.stdout), "a server that listens");
      const serverUrl = listening.exec(server.stdout)?.[1] ?? "";
      assert.match(server.stdout, /^API key: \S+$/m, "the first start shows the key");

      const subscriber = await startSubscriber(serverUrl);
      await type(textOf("publish"), serverUrl);
      await type(textFor("curl", serverUrl), serverUrl);
      const expected = textOf("output").split("\n").slice(0, -1);
      await subscriber.waitFor(() => itemsOf(subscriber).length >= expected.length, "the items");
      assert.deepEqual(itemsOf(subscriber), expected);
      await subscriber.interrupt();

      await server.interrupt();
      await assert.rejects(fetch(`${serverUrl}/livez`), "after Ctrl-C the server is gone");
      assert.ok(!existsSync(join(dataDir, "lock.sock")), "the server has stopped in order");
    } finally {
      server.kill();
    }
  });

  test("the lines that the server prints work as they are", async () => {
    const server = await startSubito();
    const [, publishLine = "", curlLine = ""] = ["subito subscribe", "subito publish", "curl"].map((part) =>
      server
        .stdout()
        .split("\n")
        .find((line) => line.startsWith("  ") && line.includes(part)),
    );
    const subscriber = await startSubscriber(server.url);
    await type(publishLine, "");
    await type(curlLine, "");
    await subscriber.waitFor(() => itemsOf(subscriber).length >= 2, "the items");
    assert.deepEqual(itemsOf(subscriber), ["Hello!", "Hello!"]);
    await subscriber.interrupt();
    assert.equal(await server.stop(), 0);
  });
});

/**
 * How each program is run in a directory of its own.
 * @type {Record<"node" | "python" | "go", { greeting: string, run(directory: string, text: string): ReturnType<typeof captureCommand> }>}
 */
const programs = {
  node: {
    greeting: "Hello from Node!",
    run(directory, text) {
      writeFileSync(join(directory, "news.mjs"), text);
      symlinkSync(nodeModules, join(directory, "node_modules"), "dir");
      return captureCommand(process.execPath, ["news.mjs"], { cwd: directory, timeoutMs: programTimeoutMs });
    },
  },
  python: {
    greeting: "Hello from Python!",
    run(directory, text) {
      writeFileSync(join(directory, "news.py"), text);
      const { command, env } = findPython();
      return captureCommand(command, ["news.py"], { cwd: directory, env, timeoutMs: programTimeoutMs });
    },
  },
  go: {
    greeting: "Hello from Go!",
    run(directory, text) {
      writeFileSync(join(directory, "news.go"), text);
      for (const name of ["go.mod", "go.sum"]) copyFileSync(join(goModule, name), join(directory, name));
      const env = { GOPROXY: "off", GOFLAGS: "-mod=readonly" };
      return captureCommand("go", ["run", "."], { cwd: directory, env, timeoutMs: programTimeoutMs });
    },
  },
};

describe("the README's program for", () => {
  for (const language of /** @type {const} */ (["node", "python", "go"])) {
    test(language, async (t) => {
      const absent = await findMissing[language]();
      if (absent !== undefined) {
        t.skip(absent.missing);
        return;
      }
      // Without the window: the first item of the program must not be a probe from just before it.
      const server = await startSubito({ env: { SUBITO_FRESH_WINDOW_MS: "0" } });
      const subscriber = await startSubscriber(server.url);
      const { greeting, run } = programs[language];
      const result = await run(createTemporaryDirectory(), textFor(language, server.url));
      assert.equal(result.status, 0, `${result.reason}\n${result.stdout}\n${result.stderr}`);
      assert.equal(result.stdout, `${greeting}\n`);
      await subscriber.waitFor(() => itemsOf(subscriber).length > 0, "the program's item");
      assert.deepEqual(itemsOf(subscriber), [greeting]);
      await subscriber.interrupt();
      assert.equal(await server.stop(), 0);
    });
  }
});

test("README.ja.md has blocks of README.md as they are, those of the first five minutes among them", () => {
  const japanese = readBlocks("README.ja.md");
  for (const [name, block] of japanese) assert.deepEqual(block, blocks.get(name), name);
  for (const name of ["start", "subscribe", "publish", "curl", "output", "node"])
    assert.ok(japanese.has(name), name);
});

test("a mark without a block, and a name used twice, are noticed", () => {
  const block = (/** @type {string} */ name) => `<!-- readme-test: ${name} -->\n\`\`\`sh\nls\n\`\`\`\n`;
  assert.deepEqual([...parseBlocks(block("one") + block("two")).keys()], ["one", "two"]);
  assert.throws(() => parseBlocks("<!-- readme-test: lonely -->\n\ntext\n"), /1 marks, but 0 blocks/);
  assert.throws(() => parseBlocks(block("twice") + block("twice")), /twice/);
});
