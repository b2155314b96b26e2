// When memory is short: where the limit comes from, a limit that leaves no room to work, and what is logged.

import type { Config } from "../config/config.js";
import type { Clock } from "../kernel/clock.js";
import type { Logger } from "../kernel/log.js";
import type { Machine } from "../kernel/machine.js";
import { MemoryPressure, takenBytes } from "../kernel/memory-pressure.js";

/** Of the memory that this process may take, what it takes before it refuses work: the rest is for the kernel and for others. */
const MEMORY_SHARE = 0.75;
const BYTES_PER_MIB = 1024 * 1024;
/** Beyond what the process takes before anybody has come: with less, the first few clients are all that there is room for. */
const ROOM_BYTES_MIN = 16 * BYTES_PER_MIB;

/** Throws when the limit that was configured is hardly above what the process takes by itself. */
export function watchMemory(
  config: Config,
  { clock, log, machine }: { readonly clock: Clock; readonly log: Logger; readonly machine: Machine },
): MemoryPressure {
  const residentBytesMax = config.memoryBytesMax ?? machine.memoryMaxBytes * MEMORY_SHARE;
  const taken = takenBytes(machine.memory());
  if (residentBytesMax < taken + ROOM_BYTES_MIN) {
    if (config.memoryBytesMax !== undefined) throw new Error(tooLittle(config.memoryBytesMax, taken));
    // Nobody has chosen it, and it may do for a few clients.
    log.warn(
      { residentBytesMax, takenBytes: taken },
      "this process may take hardly more memory than it takes at its start",
    );
  }
  return new MemoryPressure(clock, machine, residentBytesMax, (isHigh) => {
    if (isHigh) log.warn({ residentBytesMax }, "memory is short: new connections and requests are refused");
    else log.info({}, "memory is not short any more");
  });
}

function tooLittle(memoryBytesMax: number, taken: number): string {
  const toMib = (bytes: number): number => Math.ceil(bytes / BYTES_PER_MIB);
  return (
    `--memory-max-mb ${toMib(memoryBytesMax)} (SUBITO_MEMORY_MAX_MB) is too little: this process takes ${toMib(taken)} MiB before anybody has come, ` +
    `and would refuse all work. Give it ${toMib(taken + ROOM_BYTES_MIN)} or more.`
  );
}
