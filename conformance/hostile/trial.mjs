// One attack on a running server, and what it must come to: endings, memory, the witness, the counter, and the server afterwards.

import assert from "node:assert/strict";

import { Target } from "./target.mjs";
import {
  askOnce,
  countDescriptors,
  forgetMemoryPeak,
  readCounter,
  readMemoryMb,
  readMemoryPeakMb,
} from "./server-process.mjs";
import { Witness } from "./witness.mjs";

/** Enough for a busy machine; nothing here measures time. */
const patienceMs = 30_000;
/** Above every time limit of the server. */
const limitPatienceMs = 100_000;
const pollMs = 50;

/**
 * @param {import("./hostile-server.mjs").HostileServer} server
 * @param {string} name
 * @param {import("./target.mjs").Attack} attack
 * @param {(line: string) => void} tell
 */
export async function tryAttack(server, name, attack, tell) {
  await attack.prepare?.(new Target(server));
  const witness = await Witness.start(server.url, `witness-of-${name}`);
  const counted = attack.counter === "" ? 0 : await readCounter(server.url, attack.counter);
  await quiet(server);
  const descriptors = countDescriptors(server.pid);
  const memoryMb = readMemoryMb(server.pid);
  forgetMemoryPeak(server.pid);

  witness.begin();
  const target = new Target(server);
  const timer = setTimeout(() => target.giveUp(), attack.waits === true ? limitPatienceMs : patienceMs);
  const endings = await attack.run(target);
  clearTimeout(timer);
  target.close();
  await witness.stop();
  const peakMb = readMemoryPeakMb(server.pid);

  tell(`${endings.length} × ${attack.meets}; ${witness.published} items witnessed`);
  const [before, peak, after] = [memoryMb, peakMb, readMemoryMb(server.pid)].map(Math.round);
  tell(`resident ${before} MiB, at most ${peak}, then ${after}; bound +${attack.memoryMb}`);

  assert.ok(endings.length > 0, "the attack says nothing of its end");
  assert.deepEqual([...new Set(endings)], [attack.meets]);
  assert.deepEqual(witness.faults, []);
  assert.equal(witness.received, witness.published);
  assert.ok(peakMb - memoryMb <= attack.memoryMb, `${Math.round(peakMb - memoryMb)} MiB more`);
  if (attack.counter !== "")
    assert.ok((await readCounter(server.url, attack.counter)) > counted, `${attack.counter} did not grow`);
  await recovers(server, descriptors);
  witness.close();
}

/** Connections of whatever came before are gone. @param {import("../harness.mjs").SubitoServer} server */
async function quiet(server) {
  let last = -1;
  for (let same = 0; same < 3;) {
    const now = countDescriptors(server.pid);
    same = now === last ? same + 1 : 0;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/**
 * New connections are served, and those of the attack are gone.
 * @param {import("../harness.mjs").SubitoServer} server
 * @param {number} descriptors before the attack
 */
async function recovers(server, descriptors) {
  assert.equal((await askOnce(`${server.url}/livez`)).status, 200);
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const now = countDescriptors(server.pid);
    if (now <= descriptors) return;
    assert.ok(Date.now() < deadline, `${now} descriptors, ${descriptors} before`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
