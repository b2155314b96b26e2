// Runs h2spec, all groups and the strict cases, against the built server, and holds what fails against expected-failures.json.
// Exit code: 0 exactly the recorded cases fail, 77 skipped (the reason is the last line), anything else failed.
// `node run.mjs http2/6.9 hpack` runs only these groups, and then does not look for entries that pass.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { createTemporaryDirectory, startSubito } from "../harness.mjs";
import { captureCommand, hasCommand, runCommand, skip } from "../tools/commands.mjs";

const directory = dirname(fileURLToPath(import.meta.url));
const recordFile = join(directory, "expected-failures.json");
const programPath = join(directory, "..", ".tools", "h2spec");
/** Answers GET with 200 and a body, which the cases on flow control need. */
const path = "/livez";
/** How long h2spec waits for an answer. Its cases that expect silence take as long. */
const answerTimeoutSeconds = 2;
const runTimeoutMs = 300_000;

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

/** @returns {string[]} */
function readRecord() {
  const record = JSON.parse(readFileSync(recordFile, "utf8"));
  if (!Array.isArray(record) || record.some((id) => typeof id !== "string")) {
    throw new Error(`${recordFile} must hold a list of texts.`);
  }
  return record;
}

await buildProgram();
const groups = process.argv.slice(2);
const reportFile = join(createTemporaryDirectory(), "report.xml");
const server = await startSubito();
const run = await captureCommand(
  programPath,
  [
    ...["-h", server.host, "-p", String(server.port), "-P", path],
    ...["-S", "-o", String(answerTimeoutSeconds), "-j", reportFile],
    ...groups,
  ],
  { timeoutMs: runTimeoutMs },
);
const health = await fetch(`${server.url}${path}`);
const stopCode = await server.stop();

if (run.status === undefined) {
  console.error(`${run.reason}\n${run.stdout}\n${run.stderr}`);
  process.exit(1);
}
const failureText = run.stdout.indexOf("Failures:");
console.log(failureText === -1 ? "" : run.stdout.slice(failureText));

const cases = parseReport(readFileSync(reportFile, "utf8"));
const recorded = readRecord();
/** @param {Case["result"]} result */
const listIds = (result) => cases.filter((each) => each.result === result).map((each) => each.id);
const failed = listIds("failed");
const passed = listIds("passed");

const complaints = [
  ...failed.filter((id) => !recorded.includes(id)).map((id) => `fails: ${id}`),
  ...recorded
    .filter((id) => passed.includes(id))
    .map((id) => `passes now; remove it from expected-failures.json: ${id}`),
  ...recorded
    .filter((id) => groups.length === 0 && !cases.some((each) => each.id === id))
    .map((id) => `no such case; remove it from expected-failures.json: ${id}`),
];
if (cases.length === 0) complaints.push("h2spec ran no case");
if (health.status !== 200) complaints.push(`after h2spec, GET ${path} answers ${health.status}`);
if (stopCode !== 0) complaints.push(`after h2spec, the server's exit code is ${stopCode}`);
for (const complaint of complaints) console.log(complaint);
for (const id of listIds("skipped")) console.log(`skipped by h2spec: ${id}`);
console.log(
  `h2spec: ${passed.length} of ${cases.length} cases pass, ${failed.length} fail, ${recorded.length} recorded`,
);
console.log(`${passed.length} passed, ${complaints.length} failed`);
process.exit(complaints.length === 0 ? 0 : 1);
