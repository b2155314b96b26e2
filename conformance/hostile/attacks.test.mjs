// Every attack that needs no waiting, one after the other against one built server.

import { after, before, describe, it } from "node:test";

import { loadAttacks } from "./attacks.mjs";
import { startHostileServer } from "./hostile-server.mjs";
import { tryAttack } from "./trial.mjs";

const attacks = [...(await loadAttacks())].filter(([, { waits }]) => waits !== true);

describe("attacks", () => {
  /** @type {import("./hostile-server.mjs").HostileServer} */
  let server;
  before(async () => {
    // Less time than by default, so that the tests need not wait as long.
    server = await startHostileServer(["--preface-timeout-ms", "2000"]);
  });
  after(() => server.stop());

  for (const [name, attack] of attacks) {
    it(`${name}: ${attack.does}`, async (t) => {
      await tryAttack(server, name, attack, (line) => t.diagnostic(`${name}: ${line}`));
    });
  }
});
