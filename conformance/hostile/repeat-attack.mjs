// An attacker as a process of its own: one attack again and again, with new connections each time, until it is ended.
// `node repeat-attack.mjs NAME PORT TLS_PORT`; the name `nothing` only keeps a processor busy, for comparison.

import { loadAttacks } from "./attacks.mjs";
import { Target } from "./target.mjs";

const [, , name = "", port = "", tlsPort = ""] = process.argv;
const server = { port: Number(port), tlsPort: Number(tlsPort) };
const attack = (await loadAttacks()).get(name);
if (attack === undefined && name !== "nothing") throw new Error(`There is no attack ${name}.`);

await attack?.prepare?.(new Target(server));
let rounds = 0;
process.on("SIGTERM", () => {
  console.log(rounds);
  process.exit(0);
});
for (;;) {
  if (attack === undefined) {
    const until = performance.now() + 20;
    while (performance.now() < until);
    await new Promise((resolve) => setImmediate(resolve));
  } else {
    const target = new Target(server);
    // A server that closes early makes some of it fail: that is no end of the attack.
    await attack.run(target).catch(() => new Promise((resolve) => setTimeout(resolve, 10)));
    target.close();
  }
  rounds++;
}
