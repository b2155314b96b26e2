// The size of V8's space for new objects: large enough that calls in flight are mostly dead when it is collected, and no larger, since
// V8 keeps what it once had (docs/decisions/0006-a-small-new-space.md).

import { type EventLoopUtilization, performance } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import type { Clock, Timer } from "./clock.js";

export const NEW_SPACE_BYTES = 4 * 1024 * 1024;
/** How often it is looked whether V8 has made it smaller, as it does when a full collection finds little going on. */
const LOOK_MS = 1000;
/** Growing it again costs some milliseconds: only for a process that has this share of its time to do. */
const BUSY_SHARE = 0.2;
/** Objects that are made between two looks at the size, and how often that is done at most: 100 MB together. */
const OBJECTS_PER_STEP = 1000;
const STEPS_MAX = 2000;

/** What V8 has for new objects at present. */
export function newSpaceBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
}

/** Makes it `NEW_SPACE_BYTES`, and sees to it that it neither grows further nor stays smaller while there is work. */
export function holdNewSpace(clock: Clock): Timer {
  grow();
  let last = performance.eventLoopUtilization();
  return clock.every(LOOK_MS, () => {
    const now: EventLoopUtilization = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    if (utilization > BUSY_SHARE && newSpaceBytes() < NEW_SPACE_BYTES) grow();
  });
}

/** V8 doubles it when as much as it holds has survived, if it may. */
function grow(): void {
  setFlagsFromString("--semi-space-growth-factor=2");
  const survivors: object[] = [];
  for (let step = 0; step < STEPS_MAX && newSpaceBytes() < NEW_SPACE_BYTES; step++) {
    for (let i = 0; i < OBJECTS_PER_STEP; i++) survivors.push({ step, i });
  }
  setFlagsFromString("--semi-space-growth-factor=1");
}
