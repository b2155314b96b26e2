// Thousands of TLS handshakes that are begun and left: each has cost the server a signature, and holds its memory until it is cut.

import assert from "node:assert/strict";
import { Agent, get } from "node:https";

import { makeClientHello } from "../wire/client-hello.mjs";

/** More than may be under way at once, of one address and of all. */
const handshakes = 6000;

/** Whether a connection that was there before was used. @param {import("../target.mjs").Target} target @param {Agent} agent */
function askOverTls({ tlsPort }, agent) {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: tlsPort, path: "/livez", agent, rejectUnauthorized: false };
    const request = get(options, (response) => {
      response.resume().on("end", () => resolve(response.statusCode === 200 && request.reusedSocket));
    });
    request.on("error", reject);
  });
}

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "begins six thousand TLS handshakes and leaves them after the first message",
  limit: "tlsHandshakesPerAddressMax, tlsHandshakesPerTurnMax, prefaceTimeoutMs",
  meets: "closed",
  counter: 'subito_connections_refused_total{reason="tls_handshakes_per_address_max"}',
  memoryMb: 96,
  waits: true,
  async run(target) {
    const hello = await makeClientHello();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await askOverTls(target, agent);
    // All are there before the first of them speaks: what a message costs the server leaves time for those before it to be cut.
    const peers = await Promise.all(Array.from({ length: handshakes }, () => target.connectTls()));
    const stalled = peers.map(async (peer) => {
      await peer?.send(hello);
      return peer === undefined ? "closed" : target.patiently(peer.ended);
    });
    // Who is connected by TLS already is served meanwhile, and whoever comes when it is over.
    assert.ok(await askOverTls(target, agent), "the open TLS connection was lost");
    const endings = await Promise.all(stalled);
    agent.destroy();
    await askOverTls(target, agent);
    agent.destroy();
    return endings;
  },
};
