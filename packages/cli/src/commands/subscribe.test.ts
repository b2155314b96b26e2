// What reads the output of `subito subscribe`: programs that are slow or gone, and terminals. And a server that refuses everything.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { COMMAND, type RealServer, runCommand, startRealServer } from "../testing/real-server.js";
import { Subscriber } from "../testing/subscriber.js";

let server: RealServer;
before(async () => {
  server = await startRealServer();
});
after(() => server.close());

async function publish(topic: string, text: string): Promise<void> {
  const headers = { authorization: server.apiKey };
  const { status } = await fetch(`${server.url}/topics/default/${topic}`, {
    method: "POST",
    headers,
    body: text,
  });
  assert.equal(status, 204);
}

test("what waits for a slow reader is bounded, and each item is printed or told as lost", async (t) => {
  const subscriber = new Subscriber(server, ["default", "slow"]);
  t.after(() => subscriber.stop());
  await subscriber.until(/subscribed to slow/);
  subscriber.halt();
  const itemBytes = 500_000;
  const itemCount = 500;
  for (let round = 0; round < itemCount / 4; round++) {
    await Promise.all([0, 1, 2, 3].map(() => publish("slow", "x".repeat(itemBytes))));
  }
  // All of them would be 250 MB, beside the 60 MB of the program.
  const { residentMb } = subscriber;
  assert.ok(residentMb < 270, `${residentMb} MB`);
  subscriber.go();
  await publish("slow", "the end");
  while (!subscriber.stdout.endsWith("the end\n")) await delay(20);
  // Publishes that are under way together may change places: what counts is how many there are.
  const printed = subscriber.stdout.split("\n").length - 2;
  const losses = [...subscriber.stderr.matchAll(/items (\d+) to (\d+) are lost/g)];
  const lost = losses.reduce((sum, [, first, last]) => sum + Number(last) - Number(first) + 1, 0);
  assert.ok(lost > 0);
  assert.equal(printed + lost, itemCount);
});

test("without a reader it ends, and without a word", async () => {
  for (let number = 1; number <= 3; number++) await publish("pipe", `item ${number}`);
  const line = `${process.execPath} ${COMMAND} subscribe default pipe --from 1 | head -1`;
  const env = { ...process.env, SUBITO_URL: server.url, SUBITO_API_KEY: server.apiKey };
  const child = execFile("sh", ["-c", line], { env });
  let output = "";
  child.stdout?.on("data", (text: string) => (output += text));
  child.stderr?.on("data", (text: string) => (output += text));
  // It notices when it prints the next one.
  const more = setInterval(() => void publish("pipe", "more"), 100);
  await once(child, "close");
  clearInterval(more);
  assert.equal(output.replace("subito: subscribed to pipe in default\n", ""), "item 1\n");
});

test("a terminal gets escapes in place of what would act on it", async () => {
  await publish("terminal", "one\u001b[2J\ntwo");
  const line = `${process.execPath} ${COMMAND} subscribe default terminal --from 1 --count 1`;
  const env = { ...process.env, SUBITO_URL: server.url, SUBITO_API_KEY: server.apiKey };
  const child = execFile("script", ["--quiet", "--return", "--command", line, "/dev/null"], { env });
  let output = "";
  child.stdout?.on("data", (text: string) => (output += text));
  const [status] = (await once(child, "close")) as [number];
  assert.deepEqual([status, /one\\u001b\[2J\r\ntwo\r\n/.test(output)], [0, true], output);
});

/** Publishes large items until they are refused, and still are when what was only passing through is gone. */
async function fillMemory({ url, apiKey }: RealServer): Promise<void> {
  const body = Buffer.alloc(1_000_000);
  let refusals = 0;
  for (let i = 0; refusals < 5; i++) {
    assert.ok(i < 1000, "the server takes all that it is given");
    const answer = await fetch(`${url}/topics/default/${i % 30}`, {
      ...{ method: "POST", body, headers: { authorization: apiKey } },
    });
    if (answer.status === 503) {
      refusals++;
      // It looks at its memory in between.
      await delay(300);
    } else {
      assert.equal(answer.status, 204);
      refusals = 0;
    }
  }
}

test("a server that is short of memory is heard, by every way", async (t) => {
  // The refusal of too small a limit says what is just enough.
  const directory = mkdtempSync(join(tmpdir(), "subito-cli-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const flags = ["--port", "0", "--memory-max-mb"];
  const refused = await runCommand(["serve", "--data-dir", directory, ...flags, "1"], {});
  const least = /Give it (\d+) or more/.exec(refused.stderr)?.[1];
  assert.ok(least !== undefined, refused.stderr);
  const small = await startRealServer([...flags, String(Number(least) + 8)]);
  t.after(() => small.close());
  const env = { SUBITO_URL: small.url, SUBITO_API_KEY: small.apiKey };
  await fillMemory(small);
  for (const line of ["publish default x y", "subscribe default x", "keys list", "caches list"]) {
    const { status, stderr } = await runCommand(line.split(" "), env);
    assert.deepEqual(
      [status, stderr],
      [1, "subito: The server is short of memory; try again later.\n"],
      line,
    );
  }
});
