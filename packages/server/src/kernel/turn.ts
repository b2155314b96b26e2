// The end of an event-loop turn, in two ordered phases: first the hub hands out what was published in the turn,
// then each connection writes once. Whatever many small events caused leaves together.

/** Work that is run once at the end of the turn in which it was added. */
export interface Flushable {
  flush(): void;
}

export interface Turn {
  /** Runs `work.flush()` at the end of this turn, before any write. Adding it twice before it ran is the caller's waste. */
  beforeWrites(work: Flushable): void;
  /** Runs `work.flush()` at the end of this turn, after all of `beforeWrites`. */
  write(work: Flushable): void;
}

/** Calls `run` once, after the events of the present turn. */
export function afterTurn(run: () => void): void {
  setImmediate(run);
}

/**
 * Builds a turn on `schedule`, which must call its argument once, after the events of the present turn.
 * Work that is added while the turn ends is run in the same end, in its phase, up to `writesPerTurnMax` writes: those beyond come
 * first in the next turn, so that a crowd of connections does not keep the event loop from the others.
 */
export function createTurn(
  schedule: (run: () => void) => void = afterTurn,
  writesPerTurnMax = Infinity,
): Turn {
  let early: Flushable[] = [];
  let late: Flushable[] = [];
  let scheduled = false;

  function runAll(list: Flushable[]): void {
    // The list may grow while it runs; whoever is added is run too.
    for (let i = 0; i < list.length; i++) (list[i] as Flushable).flush();
  }

  function run(): void {
    let writes = 0;
    try {
      while (early.length > 0 || (late.length > 0 && writes < writesPerTurnMax)) {
        const first = early;
        early = [];
        runAll(first);
        const second = late;
        const room = writesPerTurnMax - writes;
        late = second.length > room ? second.splice(room) : [];
        // What is added meanwhile stands in the new list.
        writes += second.length;
        runAll(second);
      }
    } finally {
      // Whatever throws here is a bug that ends the process; should someone catch it, turns must still end.
      scheduled = late.length > 0;
      if (scheduled) schedule(run);
    }
  }

  function add(list: Flushable[], work: Flushable): void {
    list.push(work);
    if (!scheduled) {
      scheduled = true;
      schedule(run);
    }
  }

  return {
    beforeWrites: (work) => add(early, work),
    write: (work) => add(late, work),
  };
}
