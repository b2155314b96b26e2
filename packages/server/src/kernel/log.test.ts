// Shape of a log line, levels, removal of secrets, and that the last lines reach stderr.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { createLogger, silentLogger, type LogLevel } from "./log.js";

function capture(level: LogLevel) {
  const lines: string[] = [];
  const log = createLogger({ level, destination: { write: (line) => void lines.push(line) } });
  return { log, lines };
}

test("one JSON object a line, with level, time, fields and message", () => {
  const { log, lines } = capture("info");
  log.info({ port: 8080 }, "listening");
  log.debug({}, "not at this level");
  log.error({ err: new Error("broken") }, "failed");
  assert.equal(lines.length, 2);
  const first = JSON.parse(lines[0] as string) as Record<string, unknown>;
  assert.deepEqual(Object.keys(first).sort(), ["level", "msg", "port", "time"]);
  assert.equal(first["level"], "info");
  assert.match(first["time"] as string, /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.match(lines[1] as string, /"message":"broken"/);
  log.error({ error: new Error("torn") }, "failed");
  assert.match(lines[2] as string, /"message":"torn"/);
});

test("fields with secret names are removed, at three depths", () => {
  const { log, lines } = capture("debug");
  const secret = "subito_id_verysecret";
  log.warn(
    {
      token: secret,
      headers: { authorization: secret, api_key: secret },
      call: { headers: { token: secret } },
    },
    "x",
  );
  assert.equal(lines.length, 1);
  assert.ok(!(lines[0] as string).includes("verysecret"), lines[0]);
});

test("level silent and the silent logger write nothing", () => {
  const { log, lines } = capture("silent");
  log.error({}, "nobody hears");
  silentLogger.error({}, "nor this");
  assert.deepEqual(lines, []);
});

test("a line written just before process.exit reaches stderr", () => {
  const url = new URL("./log.js", import.meta.url).href;
  const script = `import { createLogger, standardError } from ${JSON.stringify(url)};
    const log = createLogger({ level: "info", destination: standardError(1000) });
    log.info({}, "the last words but one");
    log.info({}, "the last words");
    process.exit(0);`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.equal(child.status, 0, child.stderr);
  assert.match(child.stderr, /the last words but one/);
  assert.match(child.stderr, /the last words"/);
  assert.equal(child.stdout, "");
});
