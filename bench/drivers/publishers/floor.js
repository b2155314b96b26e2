// Publisher for the C floor: a length, then the bytes that the floor puts into one DATA frame for each subscription.

import { toItemBody } from "../../wire/pubsub-messages.js";
import { createMessages } from "./messages.js";
import { connectSocket, publishTo } from "./socket.js";

const ANY_SEQUENCE = 1000;

/** @param {import("./publisher.js").PublisherOptions} options @returns {Promise<import("./publisher.js").Publisher>} */
export async function connectFloorPublisher({ target, payload, stamped }) {
  const socket = await connectSocket(target.port);
  const body = toItemBody(ANY_SEQUENCE, payload);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const command = Buffer.concat([length, body]);
  return publishTo(socket, createMessages(command, payload, stamped), () => ({ error: null }));
}
