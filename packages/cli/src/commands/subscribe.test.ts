// What reads the output of `subito subscribe`: programs that are slow or gone, and terminals. And a server that refuses everything.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
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

test("a server that is short of memory is heard, by every way", async (t) => {
  const small = await startRealServer(["--port", "0", "--memory-max-mb", "1"]);
  t.after(() => small.close());
  // It looks a while after it has begun.
  await delay(1500);
  const env = { SUBITO_URL: small.url, SUBITO_API_KEY: small.apiKey };
  for (const line of ["publish default x y", "subscribe default x", "keys list", "caches list"]) {
    const { status, stderr } = await runCommand(line.split(" "), env);
    assert.deepEqual(
      [status, stderr],
      [1, "subito: The server is short of memory; try again later.\n"],
      line,
    );
  }
});
