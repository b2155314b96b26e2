// Bytes cut into pieces, as a network delivers them.

import type { Random } from "./random.js";

/** `bytes` in pieces, often of one byte, some of them empty. */
export function cutAtRandom(bytes: Uint8Array, random: Random): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const longest = random.pick([1, 3, 16, 200, bytes.length + 1]);
  for (let at = 0; at < bytes.length;) {
    const to = Math.min(bytes.length, at + random.below(longest + 1));
    pieces.push(bytes.subarray(at, to));
    // An empty piece now and then, but never for ever.
    if (to === at) pieces.push(bytes.subarray(at, ++at));
    else at = to;
  }
  return pieces;
}
