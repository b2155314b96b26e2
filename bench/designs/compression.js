// What compression on WebSockets costs and saves: `node bench/designs/compression.js`. Decision 0012 quotes it.
// Sockets that offer permessage-deflate receive the same texts from a server without and with --websocket-compression.

import { once } from "node:events";
import { connect } from "node:net";
import process from "node:process";
import { connectPublisher } from "../drivers/publishers/publisher.js";
import { HOST } from "../peers/peer.js";
import { startSubito } from "../peers/subito.js";
import { median } from "../report/statistics.js";
import { readCpu, subtractCpu } from "../system/proc.js";
import { CACHE_NAME } from "../wire/pubsub-messages.js";
import { toTextFrame, toUpgradeRequest } from "../wire/websocket.js";

const ROUNDS = 3;
const SOCKETS = 200;
const MESSAGES = 200;
const PER_SECOND = 50;
const SETTLE_MS = 500;
const SIZES = [256, 4 * 1024, 32 * 1024];
const TOPIC = "compression";

/** A state as programs send it: fields with the same names again and again, and values that differ. @param {number} bytes */
function toState(bytes) {
  const rows = [];
  for (let row = 0; JSON.stringify(rows).length < bytes; row++)
    rows.push({
      id: row * 7919,
      player: `player-${(row * 31) % 97}`,
      x: (row * 97) % 1024,
      alive: row % 3 > 0,
    });
  return Buffer.from(JSON.stringify(rows).slice(0, bytes));
}

/** @param {number} port @param {string} authorization */
async function openSocket(port, authorization) {
  const socket = connect({ host: HOST, port });
  const path = `/ws?token=${encodeURIComponent(authorization)}`;
  const upgrade = toUpgradeRequest(port, path).toString("latin1");
  socket.write(upgrade.replace(/\r\n\r\n$/, "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"));
  await once(socket, "data");
  socket.write(toTextFrame(JSON.stringify({ id: 1, type: "subscribe", cache: CACHE_NAME, topic: TOPIC })));
  await once(socket, "data");
  return socket;
}

/** @param {"off" | "on"} compression @param {number} bytes @returns {Promise<{ cpuUs: number, wireBytes: number }>} of one delivery */
async function measure(compression, bytes) {
  const server = await startSubito("subito-websocket", ["--websocket-compression", compression]);
  const { port, authorization } = server.target;
  const sockets = [];
  try {
    for (let n = 0; n < SOCKETS; n++) sockets.push(await openSocket(port, authorization ?? ""));
    for (const socket of sockets) socket.resume();
    const publisher = await connectPublisher(server.target, TOPIC, toState(bytes));
    const schedule = { dueNs: 0, stepNs: 0 };
    const publishAll = async () => {
      for (let n = 0; n < MESSAGES; n++) {
        publisher.publish(1, schedule);
        await new Promise((resolve) => setTimeout(resolve, 1000 / PER_SECOND));
      }
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    };
    await publishAll();
    const readBytes = () => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0);
    const bytesBefore = readBytes();
    const before = readCpu(server.pid);
    await publishAll();
    const { cpuUs } = subtractCpu(before, readCpu(server.pid));
    const deliveries = SOCKETS * MESSAGES;
    publisher.close();
    return { cpuUs: cpuUs / deliveries, wireBytes: (readBytes() - bytesBefore) / deliveries };
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.stop();
  }
}

for (const bytes of SIZES) {
  const found = { off: /** @type {any[]} */ ([]), on: /** @type {any[]} */ ([]) };
  for (let round = 0; round < ROUNDS; round++)
    for (const compression of /** @type {const} */ (["off", "on"]))
      found[compression].push(await measure(compression, bytes));
  for (const [compression, values] of Object.entries(found)) {
    const cpuUs = median(values.map((value) => value.cpuUs));
    const wireBytes = median(values.map((value) => value.wireBytes));
    console.log(
      `${bytes} B of JSON, ${SOCKETS} sockets, compression ${compression}: ${cpuUs.toFixed(2)} µs of CPU and ${wireBytes.toFixed(0)} bytes for a delivery`,
    );
  }
}
process.exit(0);
