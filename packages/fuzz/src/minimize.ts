// Makes an input that fails shorter and plainer, as long as it fails.

/** Runs of the target at most. */
const RUNS_MAX = 20_000;

/** The plainest input found for which `fails` is still true. */
export async function minimize(
  input: Uint8Array,
  fails: (candidate: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let best = Uint8Array.from(input);
  let runs = 0;
  const tryIt = async (candidate: Uint8Array): Promise<boolean> => {
    if (runs++ >= RUNS_MAX || !(await fails(candidate))) return false;
    best = Uint8Array.from(candidate);
    return true;
  };
  for (let before = -1; before !== best.length && runs < RUNS_MAX;) {
    before = best.length;
    for (let size = best.length; size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; at + size <= best.length;) {
        const without = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
        if (!(await tryIt(without))) at += size;
      }
    }
  }
  // Then the bytes that stay: those that do not matter become "0".
  for (let at = 0; at < best.length; at++) {
    if (best[at] === 0x30) continue;
    const plainer = Uint8Array.from(best);
    plainer[at] = 0x30;
    await tryIt(plainer);
  }
  return best;
}
