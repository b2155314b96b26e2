// Counted modules do what they did before, line by line, and every branch counts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { instrument } from "./instrument.js";

let modules = 0;

async function load(source: string): Promise<{ module: unknown; counts: Uint8Array }> {
  const name = `__instrumented${modules++}`;
  let counts = new Uint8Array(0);
  Object.defineProperty(globalThis, name, { value: (count: number) => (counts = new Uint8Array(count)) });
  const url = `data:text/javascript,${encodeURIComponent(instrument(source, name))}`;
  return { module: await import(url), counts };
}

test("every kind of branch is counted, and the result is the same", async () => {
  const source = `
    export class Reader {
      #at = 0;
      constructor(text) { this.text = text; }
      next() {
        if (this.#at >= this.text.length) return -1;
        else if (this.text[this.#at] === " ") this.#at++;
        return this.text.charCodeAt(this.#at++);
      }
    }
    const double = (n) => n * 2;
    const wrap = (n) => ({ n });
    export function all(n) {
      let sum = 0;
      for (const each of [1, 2, 3]) sum += each;
      while (sum < 10) { sum++; if (sum === 8) continue; }
      do sum++; while (sum < 12);
      switch (n) {
        case 0: case 1: return "few";
        case 2: { sum += 100; break; }
        default: sum += n > 5 ? double(n) : wrap(n).n;
      }
      try { if (n === 9) throw new Error("nine"); } catch { return "caught" } finally { sum++; }
      return (n === 3 && "three") || (n ?? "none") + ":" + sum;
    }`;
  interface Sample {
    Reader: new (text: string) => { next(): number };
    all(n: number): string;
  }
  const plain = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as Sample;
  const loaded = await load(source);
  const module = loaded.module as Sample;
  const { counts } = loaded;
  for (let n = 0; n < 12; n++) assert.equal(module.all(n), plain.all(n));
  const [a, b] = [new module.Reader("x y"), new plain.Reader("x y")];
  for (let i = 0; i < 4; i++) assert.equal(a.next(), b.next());
  assert.ok(counts.length > 20, `${counts.length} branches`);
  // All but the right side of "??", since n is never absent.
  assert.equal(counts.filter((count) => count === 0).length, 1);
});

test("lines stay where they were", () => {
  const source = "#!/usr/bin/env node\nif (a)\n  b();\n// comment\nelse c();\nconst f = (x) =>\n  x;\n";
  const counted = instrument(source, "g");
  assert.equal(counted.split("\n").length, source.split("\n").length);
  assert.ok(counted.startsWith("#!/usr/bin/env node"));
  assert.match(counted.split("\n")[2] ?? "", /b\(\)/);
});
