// The fuzzer finds what is planted, makes it small, and does the same again from the same seed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Coverage } from "./coverage.js";
import { type FuzzResult, distil, fuzz } from "./fuzzer.js";
import { toLine } from "./inputs-file.js";
import { instrument } from "./instrument.js";
import type { FuzzTarget } from "./target.js";

/** A parser with a fault deep inside: four right bytes, one after the other, which chance alone does not find. */
const source = `
  export function parse(bytes) {
    if (bytes[0] !== 0x73) return "no start";
    if (bytes[1] !== 0x75) return "no second";
    if (bytes[2] !== 0x62) return "no third";
    for (let i = 3; i < bytes.length; i++)
      if (bytes[i] === 0xfe) throw new Error("planted");
    return "read";
  }
`;

interface Planted {
  readonly coverage: Coverage;
  readonly target: FuzzTarget;
}

let modules = 0;

async function plant(withCounters: boolean): Promise<Planted> {
  const coverage = new Coverage();
  // Each module has its own name, and so its own counters.
  const name = `__counters${modules++}`;
  Object.defineProperty(globalThis, name, { value: (count: number) => coverage.allocate(count) });
  const text = withCounters ? instrument(source, name) : source;
  const url = `data:text/javascript,${encodeURIComponent(`${text}// ${name}`)}`;
  const { parse } = (await import(url)) as { parse: (bytes: Uint8Array) => string };
  return {
    coverage,
    target: { name: "planted", inputBytesMax: 64, seeds: ["hello"], run: (input) => void parse(input) },
  };
}

async function run(inputs: number, seed: number, withCounters = true): Promise<FuzzResult> {
  const { coverage, target } = await plant(withCounters);
  return fuzz(target, coverage, { seed, kept: [], goesOn: (executed) => executed < inputs });
}

test("a planted fault is found by following branches, and made as small as it can be", async () => {
  const { finding } = await run(2_000_000, 1);
  assert.ok(finding !== undefined);
  assert.equal(toLine(finding.input), "sub\\xfe");
  assert.match(finding.error, /planted/);
  assert.ok(finding.repeats);
});

test("without counters the same number of inputs does not find it", async () => {
  const { executed } = await run(2_000_000, 1);
  const blind = await run(executed, 1, false);
  assert.equal(blind.finding, undefined);
});

test("the same seed does the same, another does not", async () => {
  const [first, second, other] = [await run(20_000, 7), await run(20_000, 7), await run(20_000, 8)];
  // Without the error's text, which names the module.
  const told = ({ executed, corpus, finding }: FuzzResult) => [executed, corpus, finding?.original];
  assert.deepEqual(told(first), told(second));
  assert.notDeepEqual(told(first), told(other));
});

test("kept inputs are all run, and a failing one is a finding at once", async () => {
  const { coverage, target } = await plant(true);
  const kept = [Buffer.from("sub\xfe\xfe tail", "latin1")];
  const result = await fuzz(target, coverage, { seed: 1, kept, goesOn: () => false });
  assert.equal(result.executed, 2);
  assert.equal(toLine(result.finding?.input ?? new Uint8Array(0)), "sub\\xfe");
});

test("distilling keeps a short input for every branch", async () => {
  const { coverage, target } = await plant(true);
  const corpus = ["sub abc def", "sub", "s", "x", "xy", "su"].map((text) => Buffer.from(text));
  const kept = await distil(target, coverage, corpus);
  const lines = kept.map(toLine);
  for (const line of ["s", "x", "su", "sub"]) assert.ok(lines.includes(line), lines.join());
  assert.ok(!lines.includes("xy"));
});
