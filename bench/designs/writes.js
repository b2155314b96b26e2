// What one small write to each of many sockets costs a server on Node, by the ways there are: `node bench/designs/writes.js`. No protocol, no
// subscriptions: 1,000 connections, 100 times a second, 250 bytes each. docs/performance.md quotes it.

import { once } from "node:events";
import { writeSync } from "node:fs";
import { connect, createServer } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { median } from "../report/statistics.js";
import { endProcess, startChild } from "../system/child.js";

const CONNECTIONS = 1000;
const EVERY_MS = 10;
const ROUNDS = 9;
const ROUND_MS = 700;
const message = new Uint8Array(250).fill(97);
const request = {};

/**
 * @typedef {object} Handle What stands behind a socket, which Node does not document.
 * @property {number} fd
 * @property {(request: object, bytes: Uint8Array) => number} writeBuffer
 * @typedef {{ socket: import("node:net").Socket, handle: Handle }} Connection
 */

/** How a connection is written to. @type {Record<string, (connection: Connection) => void>} */
const DESIGNS = {
  "fs.writeSync on the descriptor": ({ handle }) => writeSync(handle.fd, message),
  "writeBuffer of the handle": ({ handle }) => handle.writeBuffer(request, message),
  "socket.write": ({ socket }) => socket.write(message),
};

/** Reads whatever comes. @param {number} port */
function read(port) {
  const onread = { buffer: Buffer.alloc(65_536), callback: () => true };
  for (let n = 0; n < CONNECTIONS; n++) connect({ port, host: "127.0.0.1", onread });
}

/** @param {readonly Connection[]} connections @param {(connection: Connection) => void} write @returns {Promise<number>} µs for a write */
async function measure(connections, write) {
  const start = performance.now();
  const before = process.cpuUsage();
  let rounds = 0;
  while (performance.now() - start < ROUND_MS) {
    for (const connection of connections) write(connection);
    rounds++;
    const waitMs = start + rounds * EVERY_MS - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / rounds / connections.length;
}

async function main() {
  /** @type {Connection[]} */
  const connections = [];
  const server = createServer({ noDelay: true }, (socket) => {
    const handle = /** @type {Handle} */ (/** @type {any} */ (socket)._handle);
    connections.push({ socket, handle });
  });
  server.listen(0, "127.0.0.1", CONNECTIONS);
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const reader = startChild(process.execPath, [fileURLToPath(import.meta.url), String(port)]);
  try {
    while (connections.length < CONNECTIONS) await once(server, "connection");
    /** @type {Map<string, number[]>} */
    const found = new Map(Object.keys(DESIGNS).map((name) => [name, []]));
    for (let round = -1; round < ROUNDS; round++) {
      for (const [name, write] of Object.entries(DESIGNS)) {
        const us = await measure(connections, write);
        if (round >= 0) found.get(name)?.push(us);
      }
    }
    const [first] = [...found.values()].map(median);
    for (const [name, values] of found) {
      const us = median(values);
      console.log(
        `${name}: ${us.toFixed(2)} µs of CPU for a write, ${(us / (first ?? us)).toFixed(2)} times the first`,
      );
    }
  } finally {
    await endProcess(reader);
  }
}

const [, , port] = process.argv;
if (port === undefined) {
  await main();
  process.exit(0);
} else {
  read(Number(port));
}
