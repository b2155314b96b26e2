// A publisher that goes on while a test cuts, resumes and changes ways.

import { setImmediate } from "node:timers/promises";
import type { Place } from "./way.js";
import { type World, place } from "./suite.js";

export interface Publishing {
  /** Resolves to how many items there are, `item 1` to `item N`. */
  stop(): Promise<number>;
}

export function startPublishing(world: World, at: Place = place): Publishing {
  let isStopped = false;
  let count = 0;
  const run = async (): Promise<number> => {
    while (!isStopped) {
      count++;
      await world.publish(`item ${count}`, at);
      // Who reads has its turn.
      await setImmediate();
    }
    return count;
  };
  const running = run();
  // Told by `stop`, which comes later.
  running.catch(() => undefined);
  return {
    stop() {
      isStopped = true;
      return running;
    },
  };
}
