// Phases and the programs that they run: what counts as passed, failed, skipped, and that nothing stays behind.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { createChildRunner } from "./child.js";
import { type Outcome, type Phase, isAllRight, runPhases, toOutcome, toSummary } from "./phases.js";

const failed: Outcome = { state: "failed", reason: "exit code 1" };
const skipped: Outcome = { state: "skipped", reason: "no go" };

function phase(name: string, outcome: Outcome | Error): Phase {
  return {
    name,
    what: "a sample",
    run: () => (outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome)),
  };
}

async function runAll(phases: readonly Phase[], skipsFail: boolean) {
  const lines: string[] = [];
  let seconds = 0;
  const results = await runPhases(phases, {
    print: (line) => lines.push(line),
    now: () => seconds++,
    skipsFail,
  });
  return { lines, results, summary: toSummary(results) };
}

describe("phases", () => {
  const sample = [phase("one", { state: "passed" }), phase("two", failed), phase("three", skipped)];

  it("all run, whatever fails, and are counted in the last line", async () => {
    const { results, summary } = await runAll(sample, false);
    assert.equal(summary.at(-1), "phases: 1 passed, 1 failed, 1 skipped");
    assert.equal(summary[1], "two    failed      1.0 s  exit code 1");
    assert.equal(isAllRight(results), false);
  });

  it("print the plan first and a headline each", async () => {
    const { lines } = await runAll(sample, false);
    assert.equal(lines[0], "Plan:");
    assert.equal(lines[3], "  three: a sample");
    assert.ok(lines.includes("\n=== two"));
    assert.ok(lines.includes("=== three: skipped after 1.0 s  no go"));
  });

  it("may be skipped, but not in CI", async () => {
    assert.equal(isAllRight((await runAll([phase("three", skipped)], false)).results), true);
    const { results, summary } = await runAll([phase("three", skipped)], true);
    assert.equal(isAllRight(results), false);
    assert.equal(summary.at(-1), "phases: 0 passed, 1 failed, 0 skipped");
    assert.match(summary[0] ?? "", /no go/);
  });

  it("fail when they throw, and when there is none", async () => {
    const { results, summary } = await runAll([phase("one", new Error("broken"))], false);
    assert.equal(isAllRight(results), false);
    assert.match(summary[0] ?? "", /broken/);
    assert.equal(isAllRight([]), false);
  });

  it("take 77 for skipped, with the last line as the reason", () => {
    assert.deepEqual(toOutcome({ exitCode: 77, lastLine: "no go" }), skipped);
    assert.deepEqual(toOutcome({ exitCode: 77, lastLine: "" }), {
      state: "skipped",
      reason: "no reason given",
    });
    assert.deepEqual(toOutcome({ exitCode: 1, lastLine: "no go" }), failed);
    assert.deepEqual(toOutcome({ exitCode: 0, lastLine: "" }), { state: "passed" });
    const outcome = toOutcome({ exitCode: 1, problem: "killed by SIGKILL", lastLine: "" });
    assert.deepEqual(outcome, { state: "failed", reason: "killed by SIGKILL" });
  });
});

describe("a program", () => {
  const children = createChildRunner();
  const run = (script: string, timeLimitMs = 60_000, onOutput = (_chunk: Buffer) => {}) =>
    children.run(process.execPath, ["-e", script], { cwd: ".", env: process.env, timeLimitMs, onOutput });
  /** Starts a process of its own in the same group, which would run for minutes and keeps the output open. */
  const startGrandchild = `
    const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 300000)"], { stdio: "inherit" });
    console.log(child.pid);`;

  it("gives its exit code, its last line, and its output as it comes", async () => {
    const chunks: Buffer[] = [];
    const script = 'console.log("one\\ntwo\\n\\n"); process.exitCode = 77;';
    const result = await run(script, 60_000, (chunk) => chunks.push(chunk));
    assert.deepEqual(result, { exitCode: 77, lastLine: "two" });
    assert.equal(Buffer.concat(chunks).toString(), "one\ntwo\n\n\n");
  });

  it("that cannot start, or is killed, has failed", async () => {
    const options = { cwd: ".", env: process.env, timeLimitMs: 60_000, onOutput: () => {} };
    const result = await children.run("no-such-program-anywhere", [], options);
    assert.equal(result.exitCode, 1);
    assert.match(result.problem ?? "", /ENOENT/);
    const killed = await run('process.kill(process.pid, "SIGKILL");');
    assert.deepEqual(killed, { exitCode: 1, problem: "killed by SIGKILL", lastLine: "" });
  });

  it("that is over its time limit is ended and has failed", async () => {
    const result = await run("setTimeout(() => {}, 300000);", 500);
    assert.deepEqual(result, { exitCode: 1, problem: "not done after 0.5 s", lastLine: "" });
  });

  it("leaves nothing behind when it ends", async () => {
    const result = await run(`${startGrandchild} process.exit(0);`);
    assert.equal(result.exitCode, 0);
    await untilEnded(Number(result.lastLine));
  });

  it("can be ended from outside, and then none is started any more", async () => {
    const output = new EventEmitter();
    const started = once(output, "started");
    const running = run(`${startGrandchild} setTimeout(() => {}, 300000);`, 60_000, () =>
      output.emit("started"),
    );
    await started;
    await children.end();
    const result = await running;
    assert.equal(result.problem, "killed by SIGTERM");
    await untilEnded(Number(result.lastLine));
    assert.equal((await run("")).problem, "not started any more");
  });
});

/** Comes back once the process has ended; a test that waits here for ever has found one that was left behind. */
async function untilEnded(pid: number): Promise<void> {
  assert.ok(pid > 1);
  while (isRunning(pid)) await delay(20);
}

/** A killed process keeps its number until its parent has asked for its exit code, which not every container does. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== "linux") return true;
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
