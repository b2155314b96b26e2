// A real server with `--auth required` as a process of its own, and the real command run against it.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Path of the program `subito`. */
export const COMMAND = fileURLToPath(new URL("../../bin/subito.js", import.meta.url));

export interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RealServer {
  readonly url: string;
  /** By a name of the certificate, when there is a TLS port. */
  readonly tlsUrl: string | undefined;
  /** The first key, as it was printed. */
  readonly apiKey: string;
  /** Runs `subito` with this server and its first key in the environment. */
  run(args: readonly string[], input?: string | Uint8Array): Promise<Run>;
  /** As `run`, for what has to succeed: resolves to its output. */
  print(args: readonly string[], input?: string | Uint8Array): Promise<string>;
  close(): Promise<void>;
}

/** The environment without what would change the command or the server from outside. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const isOurs = ([name]: [string, unknown]): boolean => /^(?:SUBITO_|NODE_TEST_)/.test(name);
  return Object.fromEntries(Object.entries(process.env).filter((entry) => !isOurs(entry)));
}

/** Runs `subito` to its end. */
export function runCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string | Uint8Array = "",
): Promise<Run> {
  return new Promise((resolve) => {
    const options = { env: { ...cleanEnvironment(), ...env } };
    const child = execFile(process.execPath, [COMMAND, ...args], options, (error, stdout, stderr) => {
      // Killed by a signal it has no number.
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, stdout, stderr });
    });
    // It may end before it has read all.
    child.stdin?.on("error", () => undefined).end(input);
  });
}

/** Starts it on a free port of loopback, or as `more` says; rejects when it ends before it listens. */
export async function startRealServer(more: readonly string[] = ["--port", "0"]): Promise<RealServer> {
  const directory = mkdtempSync(join(tmpdir(), "subito-cli-"));
  const args = [COMMAND, "serve", ...more, "--data-dir", directory, "--auth", "required"];
  const child = spawn(process.execPath, args, {
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(child, "exit");
  let output = "";
  for await (const piece of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    output += String(piece);
    if (/^\s*API key: \S+$/m.test(output)) break;
  }
  child.stdout.resume();
  const url = /^Subito listens on (\S+)$/m.exec(output)?.[1];
  const apiKey = /^\s*API key: (\S+)$/m.exec(output)?.[1];
  assert.ok(url !== undefined && apiKey !== undefined, output);
  const run: RealServer["run"] = (rest, input) =>
    runCommand(rest, { SUBITO_URL: url, SUBITO_API_KEY: apiKey }, input);
  return {
    ...{ url, apiKey, run },
    tlsUrl: /https:\/\/\S+:\d+/.exec(output)?.[0],
    async print(rest, input) {
      const { status, stdout, stderr } = await run(rest, input);
      assert.equal(status, 0, stderr);
      return stdout;
    },
    async close() {
      child.kill("SIGTERM");
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The claims of a JSON Web Token, unverified. */
export function readClaims(token: string): Readonly<Record<string, unknown>> {
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
  return JSON.parse(payload) as Readonly<Record<string, unknown>>;
}

/** What is in the text that SDKs take as an API key. */
export function readCredential(text: string): { endpoint: string; api_key: string } {
  return JSON.parse(Buffer.from(text, "base64").toString()) as { endpoint: string; api_key: string };
}
