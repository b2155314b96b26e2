// Runs one job in a thread, and knows what to do when the thread neither ends nor goes on.

import { Worker } from "node:worker_threads";

import type { Job, Report } from "./job.js";
import { openSharedInput } from "./shared-input.js";

/** Memory of a thread; more is a finding. */
const HEAP_MEGABYTES_MAX = 512;
/** One input may take this long before it counts as endless. Generous: the machine may be busy. */
const INPUT_SECONDS_MAX = 60;
const LOOK_MS = 1000;

/** Runs `job` to its end. An input that never ends or takes all memory is a finding as any other. */
export async function runJob(job: Job): Promise<Report> {
  const shared = openSharedInput(job.shared);
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
  });
  const startMs = performance.now();
  const fail = (error: string): Report => {
    const input = shared.read();
    return {
      executed: shared.count,
      seconds: (performance.now() - startMs) / 1000,
      corpusSize: 0,
      branchesTaken: 0,
      branches: 0,
      finding: { input, original: input, error, repeats: false },
    };
  };
  return new Promise((resolve) => {
    let seen = -1;
    let still = 0;
    const timer = setInterval(() => {
      still = shared.count === seen ? still + LOOK_MS / 1000 : 0;
      seen = shared.count;
      // Before the first input, modules are being loaded.
      if (seen > 0 && still >= INPUT_SECONDS_MAX) end(fail(`no end after ${INPUT_SECONDS_MAX} s`));
    }, LOOK_MS);
    const end = (report: Report): void => {
      clearInterval(timer);
      resolve(report);
      void worker.terminate();
    };
    worker.on("message", (report: Report) => end(report));
    worker.on("error", (error) =>
      end(fail(error instanceof Error ? (error.stack ?? error.message) : String(error))),
    );
    worker.on("exit", (code) => end(fail(`the thread ended with ${code}`)));
  });
}
