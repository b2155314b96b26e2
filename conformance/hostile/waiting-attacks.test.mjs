// Attacks that meet a time limit of the server: all at once, each against a built server of its own.

import { describe, it } from "node:test";

import { startSubito } from "../harness.mjs";
import { loadAttacks } from "./attacks.mjs";
import { serverArgs, tryAttack } from "./trial.mjs";

const attacks = [...(await loadAttacks())].filter(([, { waits }]) => waits === true);

describe("attacks that wait", { concurrency: attacks.length }, () => {
  for (const [name, attack] of attacks) {
    it(`${name}: ${attack.does}`, async (t) => {
      const server = await startSubito({ args: serverArgs });
      try {
        await tryAttack(server, name, attack, (line) => t.diagnostic(`${name}: ${line}`));
      } finally {
        await server.kill();
      }
    });
  }
});
