// Attacks that meet a time limit of the server: all at once, each against a built server of its own.

import { describe, it } from "node:test";

import { loadAttacks } from "./attacks.mjs";
import { startHostileServer } from "./hostile-server.mjs";
import { tryAttack } from "./trial.mjs";

const attacks = [...(await loadAttacks())].filter(([, { waits }]) => waits === true);

describe("attacks that wait", { concurrency: attacks.length }, () => {
  for (const [name, attack] of attacks) {
    it(`${name}: ${attack.does}`, async (t) => {
      const server = await startHostileServer();
      try {
        await tryAttack(server, name, attack, (line) => t.diagnostic(`${name}: ${line}`));
      } finally {
        await server.kill();
      }
    });
  }
});
