// A stream of events through `curl -N`, over HTTP/1.1 and over HTTP/2 with prior knowledge (docs/reference/sse.md).

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { after, before, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { startSubito } from "../harness.mjs";
import { hasCommand } from "./commands.mjs";

/** @type {import("../harness.mjs").SubitoServer} */
let server;
before(async () => {
  server = await startSubito();
});
after(() => server?.stop());

/** A curl that shows what comes without waiting for more. @param {...string} args */
function streamEvents(...args) {
  const child = spawn("curl", ["-sS", "-N", "--noproxy", "*", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece) => (text += piece));
  return {
    /** @param {RegExp} pattern */
    async until(pattern) {
      for (;;) {
        const found = pattern.exec(text);
        if (found !== null) return found;
        assert.equal(child.exitCode, null, `curl has ended: ${text}`);
        await sleep(10);
      }
    },
    stop: () => child.kill(),
  };
}

/** @param {string} topic @param {string} body */
async function publish(topic, body) {
  const { status } = await fetch(`${server.url}/topics/default/${topic}`, { method: "POST", body });
  assert.equal(status, 204);
}

for (const flag of ["--http1.1", "--http2-prior-knowledge"]) {
  it(
    `curl ${flag} shows events as they come, and goes on by the last id`,
    {
      skip: !hasCommand("curl") && "curl is missing",
    },
    async () => {
      const topic = randomUUID();
      const url = `${server.url}/sse/default/${topic}`;
      const first = streamEvents(flag, url);
      await first.until(/^retry: 1000\nid: \d+:1\n\n/);
      await first.until(/^: heartbeat$/m);
      await publish(topic, "one");
      const [, id = ""] = await first.until(/^id: (\d+:2)\ndata: \{.*"text":"one"\}\}\}\n\n/m);
      first.stop();
      await publish(topic, "two");
      const next = streamEvents(flag, "-H", `last-event-id: ${id}`, url);
      const [text] = await next.until(/^(?:.*\n)*data: .*"text":"two"\}\}\}\n\n/);
      next.stop();
      assert.doesNotMatch(text, /"one"/);
    },
  );
}
