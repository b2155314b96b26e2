// Every attack that needs no waiting, one after the other against one built server.

import { after, before, describe, it } from "node:test";

import { loadAttacks } from "./attacks.mjs";
import { shortPreface, startHostileServer } from "./hostile-server.mjs";
import { tryAttack } from "./trial.mjs";

const attacks = [...(await loadAttacks())].filter(([, { waits }]) => waits !== true);

describe("attacks", () => {
  /** @type {import("./hostile-server.mjs").HostileServer} */
  let server;
  before(async () => {
    server = await startHostileServer(shortPreface);
  });
  after(() => server.stop());

  for (const [name, attack] of attacks) {
    it(`${name}: ${attack.does}`, async (t) => {
      await tryAttack(server, name, attack, (line) => t.diagnostic(`${name}: ${line}`));
    });
  }
});
