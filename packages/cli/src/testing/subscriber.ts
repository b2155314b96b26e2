// A `subito subscribe` that runs, and what it prints.

import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { COMMAND } from "./real-server.js";

/** A running `subito subscribe`, and what it has printed so far. */
export class Subscriber {
  stdout = "";
  stderr = "";
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly exited: Promise<unknown[]>;

  constructor(target: { readonly url: string; readonly apiKey: string }, args: readonly string[]) {
    const env = { ...process.env, SUBITO_URL: target.url, SUBITO_API_KEY: target.apiKey };
    const child = spawn(process.execPath, [COMMAND, "subscribe", ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.exited = once(child, "exit");
    child.stdout.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
  }

  /** Resolves when standard error has `pattern`; rejects when the command ends before. */
  async until(pattern: RegExp): Promise<void> {
    const ended = this.exited.then(() => "ended");
    while (!pattern.test(this.stderr)) {
      const first = await Promise.race([once(this.#child.stderr, "data"), ended]);
      if (first === "ended" && !pattern.test(this.stderr)) assert.fail(`it ended: ${this.stderr}`);
    }
  }

  /** Its standard output is not read any more until `go` is called, as by a program that is busy. */
  halt(): void {
    this.#child.stdout.pause();
  }

  go(): void {
    this.#child.stdout.resume();
  }

  /** Its resident memory now. */
  get residentMb(): number {
    const [, kb] =
      /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, "latin1")) ?? [];
    return Number(kb) / 1024;
  }

  stop(): void {
    this.#child.kill("SIGTERM");
  }
}
