// Runs a program in a process group of its own, with a time limit, and leaves nothing of the group behind.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

/** How long a group has to end after SIGTERM, before SIGKILL. */
const graceMs = 5_000;
/** How long the output may stay open after the program has ended. */
const lastOutputMs = 2_000;

export interface ChildOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeLimitMs: number;
  /** Receives standard output as it comes; standard error goes to ours. */
  readonly onOutput: (chunk: Buffer) => void;
}

export interface ChildResult {
  /** The exit code; 1 when the program could not start, was killed, or ran out of time. */
  readonly exitCode: number;
  /** Why there is no exit code of its own. */
  readonly problem?: string;
  /** The last line of standard output that is not empty. */
  readonly lastLine: string;
}

export interface ChildRunner {
  /** Runs `command` with `args` to its end. Never rejects. */
  run(command: string, args: readonly string[], options: ChildOptions): Promise<ChildResult>;
  /** Ends every program that runs, with all that it started; from now on none is started. */
  end(): Promise<void>;
}

export function createChildRunner(): ChildRunner {
  const groups = new Set<number>();
  const state = { ended: false };
  return {
    run(command, args, options) {
      if (state.ended) return Promise.resolve({ exitCode: 1, problem: "not started any more", lastLine: "" });
      return runChild(command, args, options, groups);
    },
    async end() {
      state.ended = true;
      await Promise.all([...groups].map(endGroup));
    },
  };
}

async function runChild(
  command: string,
  args: readonly string[],
  options: ChildOptions,
  groups: Set<number>,
): Promise<ChildResult> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { pid } = child;
  if (pid === undefined) {
    const [error] = (await once(child, "error")) as [Error];
    return { exitCode: 1, problem: error.message, lastLine: "" };
  }
  groups.add(pid);
  const lines = createLastLine();
  child.stdout.on("data", (chunk: Buffer) => {
    lines.push(chunk.toString("utf8"));
    options.onOutput(chunk);
  });
  const closed = once(child, "close");
  const time = { isUp: false };
  const limit = setTimeout(() => {
    time.isUp = true;
    void endGroup(pid);
  }, options.timeLimitMs);
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  clearTimeout(limit);
  signalGroup(pid, "SIGKILL");
  groups.delete(pid);
  await Promise.race([closed, delay(lastOutputMs, undefined, { ref: false })]);
  child.stdout.destroy();
  const lastLine = lines.read();
  if (time.isUp) return { exitCode: 1, problem: `not done after ${options.timeLimitMs / 1000} s`, lastLine };
  if (signal !== null) return { exitCode: 1, problem: `killed by ${signal}`, lastLine };
  return { exitCode: code ?? 1, lastLine };
}

async function endGroup(pid: number): Promise<void> {
  signalGroup(pid, "SIGTERM");
  for (let waitedMs = 0; waitedMs < graceMs && signalGroup(pid, 0); waitedMs += 50) await delay(50);
  signalGroup(pid, "SIGKILL");
}

/** False when the group has ended. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Keeps the last line that is not empty of text that comes in pieces. */
function createLastLine(): { push(text: string): void; read(): string } {
  let last = "";
  let open = "";
  return {
    push(text) {
      const lines = (open + text).split("\n");
      open = lines.pop() ?? "";
      last = lines.findLast((line) => line.trim() !== "") ?? last;
    },
    read: () => (open.trim() === "" ? last : open).trim(),
  };
}
