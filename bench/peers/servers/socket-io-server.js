// Peer: publish/subscribe with the rooms of Socket.IO, as its documentation teaches it. Prints `port N` when it listens.

import http from "node:http";
import { Server } from "socket.io";

const httpServer = http.createServer();
const io = new Server(httpServer, { transports: ["websocket"] });

io.on("connection", (socket) => {
  socket.on("subscribe", (topic, acknowledge) => {
    socket.join(topic);
    acknowledge();
  });
  socket.on("publish", (topic, data) => {
    io.to(topic).emit("message", topic, data);
  });
});
httpServer.listen(0, "127.0.0.1", () => {
  console.log(`port ${/** @type {import("node:net").AddressInfo} */ (httpServer.address()).port}`);
});
