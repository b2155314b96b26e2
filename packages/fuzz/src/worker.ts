// The thread of one target: loads it with counters, fuzzes it, and reports.

import { register } from "node:module";
import { parentPort, workerData } from "node:worker_threads";

import { coverage, publishCoverage } from "./coverage.js";
import { distil, fuzz } from "./fuzzer.js";
import type { Job, Report } from "./job.js";
import { openSharedInput } from "./shared-input.js";
import { findTarget } from "./targets.js";

const job = workerData as Job;

async function run(): Promise<Report> {
  publishCoverage();
  register("./instrument-hooks.js", import.meta.url, { data: new URL("../..", import.meta.url).href });
  const target = await findTarget(job.url, job.name);
  const shared = openSharedInput(job.shared);
  const startMs = performance.now();
  const untilMs = startMs + job.secondsMax * 1000;
  const result = await fuzz(target, coverage, {
    seed: job.seed,
    kept: job.kept,
    goesOn: (executed) => executed < job.inputsMax && performance.now() < untilMs,
    onInput: (input) => shared.set(input),
  });
  const seconds = (performance.now() - startMs) / 1000;
  const { executed, corpus, finding } = result;
  const report = {
    executed,
    seconds,
    corpusSize: corpus.length,
    branchesTaken: coverage.taken,
    branches: coverage.branches,
  };
  if (finding !== undefined) return { ...report, finding };
  return job.distil ? { ...report, kept: await distil(target, coverage, corpus) } : report;
}

const report = await run();
parentPort?.postMessage(report);
