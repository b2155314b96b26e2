// Phases of the whole test run: run in order, each with its headline, and counted at the end.

/** `reason` says why, unless it passed. */
export type Outcome =
  | { readonly state: "passed" }
  | { readonly state: "failed"; readonly reason: string }
  | { readonly state: "skipped"; readonly reason: string };

export interface Phase {
  readonly name: string;
  /** One line for the plan: what it does. */
  readonly what: string;
  run(): Promise<Outcome>;
}

export interface PhaseResult {
  readonly name: string;
  readonly outcome: Outcome;
  readonly seconds: number;
}

export interface PhasesOptions {
  readonly print: (line: string) => void;
  /** Seconds from some fixed moment. */
  readonly now: () => number;
  /** True where everything must run: a phase that is skipped counts as failed. */
  readonly skipsFail: boolean;
}

/** The exit code by which a program says that it skipped, its last line being the reason. */
export const skippedExitCode = 77;

/** Runs all of `phases`, whatever fails. A phase that throws has failed. */
export async function runPhases(phases: readonly Phase[], options: PhasesOptions): Promise<PhaseResult[]> {
  options.print("Plan:");
  for (const phase of phases) options.print(`  ${phase.name}: ${phase.what}`);
  const results: PhaseResult[] = [];
  for (const phase of phases) {
    options.print(`\n=== ${phase.name}`);
    const start = options.now();
    const outcome = applySkipRule(await runPhase(phase), options.skipsFail);
    const seconds = options.now() - start;
    results.push({ name: phase.name, outcome, seconds });
    options.print(`=== ${phase.name}: ${outcome.state} after ${seconds.toFixed(1)} s${toReason(outcome)}`);
  }
  return results;
}

/** The summary: a line for each phase, and the counts as the last. */
export function toSummary(results: readonly PhaseResult[]): string[] {
  const width = Math.max(0, ...results.map((result) => result.name.length));
  const rows = results.map(({ name, outcome, seconds }) => {
    const time = `${seconds.toFixed(1)} s`.padStart(9);
    return `${name.padEnd(width)}  ${outcome.state.padEnd(7)} ${time}${toReason(outcome)}`;
  });
  const count = (state: Outcome["state"]) =>
    results.filter((result) => result.outcome.state === state).length;
  return [
    ...rows,
    `phases: ${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`,
  ];
}

export function isAllRight(results: readonly PhaseResult[]): boolean {
  return results.length > 0 && results.every((result) => result.outcome.state !== "failed");
}

/** What a program's end says about its phase. */
export function toOutcome(result: { exitCode: number; problem?: string; lastLine: string }): Outcome {
  if (result.problem !== undefined) return { state: "failed", reason: result.problem };
  if (result.exitCode === 0) return { state: "passed" };
  if (result.exitCode === skippedExitCode)
    return { state: "skipped", reason: result.lastLine === "" ? "no reason given" : result.lastLine };
  return { state: "failed", reason: `exit code ${result.exitCode}` };
}

async function runPhase(phase: Phase): Promise<Outcome> {
  try {
    return await phase.run();
  } catch (error) {
    return { state: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

function applySkipRule(outcome: Outcome, skipsFail: boolean): Outcome {
  if (outcome.state !== "skipped" || !skipsFail) return outcome;
  return { state: "failed", reason: `skipped, which CI does not allow: ${outcome.reason}` };
}

function toReason(outcome: Outcome): string {
  return outcome.state === "passed" ? "" : `  ${outcome.reason}`;
}
