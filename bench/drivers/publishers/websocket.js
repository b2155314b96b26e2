// Publishers for ws and Socket.IO: text messages on a WebSocket connection that subscribes to nothing.

import { toTextFrame, toUpgradeRequest } from "../../wire/websocket.js";
import { PACKET, SOCKET_IO_PATH } from "../protocols/socket-io.js";
import { TextSubscriber } from "../protocols/websocket-text.js";
import { createMaskedMessages } from "./messages.js";
import { connectSocket, publishTo } from "./socket.js";

/** @typedef {import("./publisher.js").Publisher} Publisher */
/** @typedef {import("./publisher.js").PublisherOptions} PublisherOptions */

/** A client that reads only to learn that it may send, and to answer pings. */
class PublisherConnection extends TextSubscriber {
  /** @param {PublisherOptions} options */
  constructor({ target, payload }) {
    super({ target, payloadBytes: payload.length, recorder: null });
  }
}

class SocketIoPublisherConnection extends PublisherConnection {
  onOpen() {
    this.answers.push(toTextFrame(PACKET.connect));
  }

  /** @param {string} start */
  onNotice(start) {
    if (start === PACKET.ping) this.answers.push(toTextFrame(PACKET.pong));
    else if (start.startsWith(PACKET.connect)) this.becomeUsable();
    else if (!start.startsWith(PACKET.open)) super.onNotice(start);
  }
}

/**
 * @param {PublisherOptions} options @param {PublisherConnection} connection @param {string} path @param {string} text
 * @returns {Promise<Publisher>} once the server takes messages
 */
async function connectWebSocketPublisher({ target, payload, stamped }, connection, path, text) {
  const socket = await connectSocket(target.port);
  const messages = createMaskedMessages(Buffer.from(text), payload, stamped);
  return new Promise((resolve, reject) => {
    const publisher = publishTo(socket, messages, (chunk) => {
      const answer = connection.feed(chunk, chunk.length);
      if (connection.error !== null) reject(new Error(connection.error));
      if (connection.usable) resolve(publisher);
      return { error: connection.error, answer: answer ?? undefined };
    });
    socket.on("close", () => reject(new Error("the server closed the publisher's connection")));
    socket.write(toUpgradeRequest(target.port, path));
  });
}

/** @param {PublisherOptions} options @returns {Promise<Publisher>} */
export function connectWsPublisher(options) {
  const text = JSON.stringify({ type: "publish", topic: options.topic, data: options.payload.toString() });
  return connectWebSocketPublisher(options, new PublisherConnection(options), "/", text);
}

/** @param {PublisherOptions} options @returns {Promise<Publisher>} */
export function connectSocketIoPublisher(options) {
  const text = PACKET.event + JSON.stringify(["publish", options.topic, options.payload.toString()]);
  const connection = new SocketIoPublisherConnection(options);
  return connectWebSocketPublisher(options, connection, SOCKET_IO_PATH, text);
}
