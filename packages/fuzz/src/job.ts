// What the main thread and the thread of one target tell each other.

import type { Finding } from "./fuzzer.js";

/** What one thread has to do. */
export interface Job {
  /** URL of the compiled `*.fuzz.js` file. */
  readonly url: string;
  readonly name: string;
  readonly seed: number;
  /** Inputs to run at most, and for how long. */
  readonly inputsMax: number;
  readonly secondsMax: number;
  readonly kept: readonly Uint8Array[];
  /** The present input, for the main thread to look at: see `shared-input.ts`. */
  readonly shared: SharedArrayBuffer;
  /** True when the inputs that are worth keeping are wanted. */
  readonly distil: boolean;
}

/** What came of it. */
export interface Report {
  readonly executed: number;
  readonly seconds: number;
  readonly corpusSize: number;
  /** Branches taken, and those of all modules that were loaded. */
  readonly branchesTaken: number;
  readonly branches: number;
  readonly finding?: Finding;
  /** Inputs worth keeping, when they were asked for. */
  readonly kept?: readonly Uint8Array[];
}
