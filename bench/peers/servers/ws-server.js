// Peer: publish/subscribe on ws as its examples teach it: JSON messages, a loop over the sockets of a topic. Prints `port N`
// when it listens.

import { WebSocket, WebSocketServer } from "ws";

/** @type {Map<string, Set<WebSocket>>} */
const topics = new Map();

/** @param {string} topic @returns {Set<WebSocket>} */
function socketsOf(topic) {
  let found = topics.get(topic);
  if (found === undefined) {
    found = new Set();
    topics.set(topic, found);
  }
  return found;
}

/** @param {string} topic @param {string} data */
function publish(topic, data) {
  const message = JSON.stringify({ type: "message", topic, data });
  for (const socket of socketsOf(topic)) {
    if (socket.readyState === WebSocket.OPEN) socket.send(message);
  }
}

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
server.on("connection", (socket) => {
  /** @type {Set<string>} */
  const subscribed = new Set();
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    for (const topic of subscribed) socketsOf(topic).delete(socket);
  });
  socket.on("message", (text) => {
    const { type, topic, data } = JSON.parse(text.toString());
    if (type === "publish") {
      publish(topic, data);
    } else {
      subscribed.add(topic);
      socketsOf(topic).add(socket);
      socket.send(JSON.stringify({ type: "subscribed", topic }));
    }
  });
});
server.on("listening", () => {
  console.log(`port ${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`);
});
