// What one request in flight costs any server on Node: `node bench/designs/echo.js`. A message of 100 bytes comes, one of 60 goes back, and the
// next comes after that: no protocol, nothing but the read, the write and the wake-up between. docs/performance.md quotes it.

import { once } from "node:events";
import { writeSync } from "node:fs";
import { Socket, connect, createServer } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { median } from "../report/statistics.js";
import { endProcess, startChild, waitForChild } from "../system/child.js";
import { readCpu, subtractCpu } from "../system/proc.js";

const ROUNDS = 7;
const WARM_CALLS = 5_000;
const CALLS = 40_000;
const request = Buffer.alloc(100, 1);
const answer = Buffer.alloc(60, 2);

/** How a server reads and writes. @type {Record<string, (socket: Socket) => void>} */
const DESIGNS = {
  "socket.write": (socket) => socket.on("data", () => socket.write(answer)),
  "fs.writeSync on the descriptor": (socket) => {
    const { fd } = handleOf(socket);
    socket.on("data", () => writeSync(fd, answer));
  },
  "fs.writeSync at the end of the turn": (socket) => {
    const { fd } = handleOf(socket);
    socket.on("data", () => setImmediate(() => writeSync(fd, answer)));
  },
  "the same, read into one buffer for all": (socket) => {
    const handle = handleOf(socket);
    // As node:net does it for clients that give `onread`; for a server there is no option.
    /** @type {any} */ (socket)._handle = null;
    const callback = () => {
      setImmediate(() => writeSync(handle.fd, answer));
      return true;
    };
    const options = /** @type {any} */ ({ handle, onread: { buffer: shared, callback } });
    new Socket(options).on("error", () => {}).resume();
  },
};
const shared = Buffer.allocUnsafe(65_536);

/** @param {Socket} socket @returns {{ fd: number }} */
function handleOf(socket) {
  return /** @type {any} */ (socket)._handle;
}

/** @param {string} design */
function serve(design) {
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    socket.on("error", () => {});
    DESIGNS[design]?.(socket);
    socket.resume();
  });
  server.listen(0, "127.0.0.1", () => console.log(/** @type {any} */ (server.address()).port));
}

/** @param {string} design @returns {Promise<number>} µs of CPU for a call */
async function measure(design) {
  const child = startChild(process.execPath, [fileURLToPath(import.meta.url), design]);
  try {
    const port = await waitForChild(child, (output) => Number(/^(\d+)\n/.exec(output)?.[1]) || null);
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    await call(socket, WARM_CALLS);
    const pid = /** @type {number} */ (child.pid);
    const before = readCpu(pid);
    await call(socket, CALLS);
    const { cpuUs } = subtractCpu(before, readCpu(pid));
    socket.destroy();
    return cpuUs / CALLS;
  } finally {
    await endProcess(child);
  }
}

/** @param {Socket} socket @param {number} calls @returns {Promise<void>} */
function call(socket, calls) {
  return new Promise((resolve) => {
    let left = calls;
    const next = () => {
      if (left-- > 0) {
        socket.write(request);
        return;
      }
      socket.off("data", next);
      resolve();
    };
    socket.on("data", next);
    next();
  });
}

const [, , design] = process.argv;
if (design !== undefined) {
  serve(design);
} else {
  /** @type {Map<string, number[]>} */
  const found = new Map(Object.keys(DESIGNS).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, values] of found) values.push(await measure(name));
  for (const [name, values] of found)
    console.log(`${name}: ${median(values).toFixed(2)} µs of CPU for a call`);
  process.exit(0);
}
