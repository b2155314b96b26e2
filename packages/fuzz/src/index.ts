// What a `*.fuzz.ts` file needs: the shape of a target, and help to write one.

export { Choices } from "./choices.js";
export { type Random, createRandom, randomOf } from "./random.js";
export { cutAtRandom } from "./cut.js";
export { lend } from "./lend.js";
export { latin1, toBytes } from "./bytes.js";
export type { FuzzTarget } from "./target.js";
