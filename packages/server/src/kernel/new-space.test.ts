// In a process of its own: what V8 has is the process's, and other tests have grown it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { NEW_SPACE_BYTES } from "./new-space.js";

const program = `
  import { getHeapSnapshot } from "node:v8";
  import { holdNewSpace, newSpaceBytes } from ${JSON.stringify(new URL("new-space.js", import.meta.url).href)};
  const sizes = [newSpaceBytes()];
  let look;
  holdNewSpace({ every: (_, callback) => (look = callback, { cancel() {} }) });
  sizes.push(newSpaceBytes());
  const survivors = [];
  for (let i = 0; i < 1_000_000; i++) survivors.push({ i });
  sizes.push(newSpaceBytes());
  survivors.length = 0;
  // A snapshot begins with the collection that V8 runs when memory is to be given back.
  look();
  const beganMs = performance.now();
  getHeapSnapshot().destroy();
  sizes.push(newSpaceBytes());
  // Long enough that the snapshot is a small part of the time between two looks, however slow the machine.
  await new Promise((resolve) => setImmediate(() => setTimeout(resolve, 20 * (performance.now() - beganMs))));
  look();
  sizes.push(newSpaceBytes());
  // Work, as the loop's utilization counts it.
  const untilMs = performance.now() + 300;
  await new Promise((resolve) => setImmediate(function spin() { performance.now() < untilMs ? setImmediate(spin) : resolve(); }));
  look();
  sizes.push(newSpaceBytes());
  process.stdout.write(JSON.stringify(sizes));
`;

test("the new space is grown once, held there, and grown again when V8 has made it smaller and there is work", () => {
  const sizes = JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" }),
  ) as number[];
  const [atFirst = 0, grown = 0, afterSurvivors, shrunk = 0, whileIdle, whileBusy = 0] = sizes;
  assert.ok(atFirst < NEW_SPACE_BYTES, `a fresh process has less: ${atFirst}`);
  assert.ok(grown >= NEW_SPACE_BYTES && grown <= 2 * NEW_SPACE_BYTES, `grown to ${grown}`);
  assert.equal(afterSurvivors, grown, "a million survivors do not grow it further");
  assert.ok(shrunk < NEW_SPACE_BYTES, `V8 makes it smaller: ${shrunk}`);
  assert.equal(whileIdle, shrunk, "nobody needs it");
  assert.ok(whileBusy >= NEW_SPACE_BYTES, `grown again to ${whileBusy}`);
});
