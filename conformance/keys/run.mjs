// Runs the official clients with API keys over TLS on port 443 and under names of their own, in a network and a mount namespace, so
// that nothing of the machine is touched or in the way. Needs root on Linux.
// Exit code: 0 all passed, 77 skipped (the reason is the last line), anything else failed.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { createTemporaryDirectory } from "../harness.mjs";
import { installNodeClient } from "../node/install.mjs";
import { installPython } from "../python/install.mjs";
import { hasCommand, runCommand, skip } from "../tools/commands.mjs";

const directory = import.meta.dirname;
const goDirectory = join(directory, "..", "go");
const goProgram = join(directory, "..", ".tools", "conformance-go-keys");
const runTimeoutMs = 600_000;
const names = ["", "control.", "cache.", "token."].map((label) => `${label}momento.test`).join(" ");

if (process.platform !== "linux" || process.getuid?.() !== 0)
  skip("conformance/keys skipped: namespaces need root on Linux");
for (const command of ["unshare", "ip"])
  if (!hasCommand(command, ["-V"])) skip(`conformance/keys skipped: ${command} is missing`);
const isolation = ["--net", "--mount", "--"];
const tried = await runCommand("unshare", [...isolation, "true"]);
if (tried.status !== 0) skip(`conformance/keys skipped: this machine gives no namespaces (${tried.reason})`);
if (!hasCommand("go", ["version"])) skip("conformance/keys skipped: go is missing");
installNodeClient("keys");
const { python, env } = await installPython("keys");
mkdirSync(join(directory, "..", ".tools"), { recursive: true });
const downloaded = await runCommand("go", ["mod", "download"], { cwd: goDirectory });
if (downloaded.status !== 0)
  skip(`conformance/keys skipped: the Momento client cannot be downloaded (${downloaded.reason})`);
const built = await runCommand("go", ["build", "-mod=readonly", "-o", goProgram, "./keys"], {
  cwd: goDirectory,
});
if (built.status !== 0) {
  console.error(`the Go program of conformance/keys cannot be built: ${built.reason}`);
  process.exit(1);
}

const hosts = join(createTemporaryDirectory(), "hosts");
writeFileSync(hosts, `127.0.0.1 localhost\n127.0.0.1 ${names}\n`);
const inside = `ip link set lo up && mount --bind "$HOSTS" /etc/hosts && exec "$NODE" --test --test-force-exit --test-timeout=300000 --test-reporter=spec keys.test.mjs`;
const result = await runCommand("unshare", [...isolation, "sh", "-c", inside], {
  cwd: directory,
  env: {
    ...env,
    HOSTS: hosts,
    NODE: process.execPath,
    CONFORMANCE_PYTHON: python,
    CONFORMANCE_GO_KEYS: goProgram,
  },
  timeoutMs: runTimeoutMs,
});
if (result.status !== 0) {
  console.error(result.reason);
  process.exit(1);
}
