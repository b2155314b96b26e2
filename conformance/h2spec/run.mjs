// Runs h2spec, all groups and the strict cases, against the built server: over cleartext, and over TLS.
// Exit code: 0 every case passes and none is skipped, 77 h2spec cannot be built (the reason is the last line), anything else failed.
// `node run.mjs http2/6.9 hpack` runs only these groups.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { createTemporaryDirectory } from "../harness.mjs";
import { startWithTls } from "../tls-server.mjs";
import { captureCommand, hasCommand, runCommand, skip } from "../tools/commands.mjs";

const directory = dirname(fileURLToPath(import.meta.url));
const programPath = join(directory, "..", ".tools", "h2spec");
/** Answers GET with 200 and a body, which the cases on flow control need. */
const path = "/livez";
/** How long h2spec waits for an answer. Its cases that expect silence take as long. */
const answerTimeoutSeconds = 2;
const runTimeoutMs = 300_000;
/** All that h2spec has; a run that left out a part would otherwise look as green. */
const allGroups = ["generic", "http2", "hpack"];

async function buildProgram() {
  if (!hasCommand("go", ["version"])) skip("conformance/h2spec skipped: go is missing");
  // -mod=readonly: what go.sum names, and nothing else.
  const build = await runCommand(
    "go",
    ["build", "-mod=readonly", "-o", programPath, "github.com/summerwind/h2spec/cmd/h2spec"],
    { cwd: directory },
  );
  if (build.status !== 0) skip(`conformance/h2spec skipped: h2spec cannot be built (${build.reason})`);
}

/**
 * @typedef {{ id: string, result: "passed" | "skipped" | "failed" }} Case
 *
 * @param {string} xml
 * @returns {Case[]}
 */
function parseReport(xml) {
  /** @type {Case[]} */
  const cases = [];
  for (const [, suite = "", body = ""] of xml.matchAll(
    /<testsuite [^>]*?package="([^"]*)"[^>]*>(.*?)<\/testsuite>/gs,
  )) {
    let number = 0;
    // The report does not escape what is inside a case, so only its ends are looked for.
    for (const [, title = "", content = ""] of body.matchAll(
      /<testcase [^>]*?classname="([^"]*)"[^>]*>(.*?)<\/testcase>/gs,
    )) {
      number += 1;
      const result = /<(failure|error)>/.test(content)
        ? "failed"
        : content.includes("<skipped>")
          ? "skipped"
          : "passed";
      cases.push({ id: `${suite}/${number}: ${toText(title)}`, result });
    }
  }
  return cases;
}

/** @param {string} escaped */
function toText(escaped) {
  return escaped.replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}

/**
 * Runs h2spec against one port.
 * @param {string} transport for messages
 * @param {readonly string[]} target flags that name the port
 * @param {readonly string[]} groups
 * @returns {Promise<{ passedCount: number, complaints: string[] }>}
 */
async function runH2spec(transport, target, groups) {
  const reportFile = join(createTemporaryDirectory(), "report.xml");
  const run = await captureCommand(
    programPath,
    [...target, "-P", path, "-S", "-o", String(answerTimeoutSeconds), "-j", reportFile, ...groups],
    { timeoutMs: runTimeoutMs },
  );
  if (run.status === undefined)
    return { passedCount: 0, complaints: [`${transport}: ${run.reason}\n${run.stdout}\n${run.stderr}`] };
  const failureText = run.stdout.indexOf("Failures:");
  if (failureText !== -1) console.log(run.stdout.slice(failureText));

  const cases = parseReport(readFileSync(reportFile, "utf8"));
  const passedCount = cases.filter((each) => each.result === "passed").length;
  const complaints = cases
    .filter((each) => each.result !== "passed")
    .map((each) => `${transport}: ${each.result}: ${each.id}`);
  for (const group of groups.length === 0 ? allGroups : groups) {
    if (!cases.some((each) => each.id.startsWith(group)))
      complaints.push(`${transport}: h2spec ran no case of ${group}`);
  }
  console.log(`h2spec over ${transport}: ${passedCount} of ${cases.length} cases pass`);
  return { passedCount, complaints };
}

await buildProgram();
const groups = process.argv.slice(2);
const { server } = await startWithTls();
const results = [
  await runH2spec("cleartext", ["-h", server.host, "-p", String(server.port)], groups),
  // Its certificate is checked by other tests; h2spec cannot be given a CA.
  await runH2spec("TLS", ["-h", "localhost", "-p", String(server.tlsPort), "-t", "-k"], groups),
];
const complaints = results.flatMap((result) => result.complaints);
if (new Set(results.map((result) => result.passedCount)).size !== 1)
  complaints.push("h2spec ran another number of cases over TLS than over cleartext");
const health = await fetch(`${server.url}${path}`);
const stopCode = await server.stop();
if (health.status !== 200) complaints.push(`after h2spec, GET ${path} answers ${health.status}`);
if (stopCode !== 0) complaints.push(`after h2spec, the server's exit code is ${stopCode}`);
for (const complaint of complaints) console.log(complaint);
const passedCount = results.reduce((sum, result) => sum + result.passedCount, 0);
console.log(`${passedCount} passed, ${complaints.length} failed`);
process.exit(complaints.length === 0 ? 0 : 1);
