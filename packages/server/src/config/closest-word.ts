// Which known word somebody meant: for messages about one that is not known.

// Beyond two letters it is a guess.
const DISTANCE_MAX = 2;
const LENGTH_MAX = 40;

/** The known word that begins with `word`, or differs from it in two letters at most; undefined when none does. */
export function closestWord(word: string, known: readonly string[]): string | undefined {
  if (word.length > LENGTH_MAX) return undefined;
  let best: string | undefined;
  let bestDistance = DISTANCE_MAX + 1;
  for (const one of known) {
    const distance = word.length > 1 && one.startsWith(word) ? 1 : editDistance(word, one);
    if (distance < bestDistance) {
      best = one;
      bestDistance = distance;
    }
  }
  return best;
}

/** Letters to add, drop or change to get from one word to the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
