// A free port for servers that cannot choose one themselves, and the question whether one answers.

import net from "node:net";
import { HOST } from "../peers/peer.js";

/** @returns {Promise<number>} */
export function findFreePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, HOST, () => {
      const { port } = /** @type {net.AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** @param {number} port @returns {Promise<true | null>} true when something accepts connections there */
export function probePort(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: HOST, port });
    socket.once("error", () => resolve(null));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
