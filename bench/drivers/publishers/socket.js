// A plain connection to the server on this machine.

import net from "node:net";
import { HOST } from "../../peers/peer.js";

/** @param {number} port @returns {Promise<net.Socket>} */
export function connectSocket(port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: HOST, port, noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

/**
 * The same bytes `count` times, in one piece.
 * @param {Buffer} bytes @param {number} count
 * @returns {Buffer}
 */
export function repeatBytes(bytes, count) {
  return count === 1 ? bytes : Buffer.concat(Array.from({ length: count }, () => bytes));
}
