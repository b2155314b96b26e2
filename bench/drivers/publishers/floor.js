// Publisher for the C floor: a length, then the bytes that the floor puts into one DATA frame for each subscription.

import { toItemBody } from "../../wire/pubsub-messages.js";
import { connectSocket, repeatBytes } from "./socket.js";

const ANY_SEQUENCE = 1000;

/**
 * @param {import("../../peers/peer.js").Target} target @param {Buffer} payload
 * @returns {Promise<import("./publisher.js").Publisher>}
 */
export async function connectFloorPublisher(target, payload) {
  const socket = await connectSocket(target.port);
  /** @type {string | null} */
  let error = null;
  socket.on("error", (cause) => (error ??= cause.message));
  const body = toItemBody(ANY_SEQUENCE, payload);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const command = Buffer.concat([length, body]);
  return {
    publish: (count) => void socket.write(repeatBytes(command, count)),
    error: () => error,
    close: () => socket.destroy(),
  };
}
