// A plain connection to the server on this machine, and a publisher that writes messages to one.

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
 * What received bytes mean: what a refusal says, what to write back, how many messages they answer (left out: none ever is).
 * @typedef {{ error: string | null, answer?: Buffer | undefined, answered?: number }} Reaction
 */

/**
 * @param {net.Socket} socket @param {import("./messages.js").Messages} messages
 * @param {(chunk: Buffer) => Reaction} onData
 * @param {{ answers?: boolean }} [has]  whether each message is answered
 * @returns {import("./publisher.js").Publisher}
 */
export function publishTo(socket, messages, onData, { answers = false } = {}) {
  /** @type {(count: number) => void} */
  let onAnswers = () => undefined;
  /** @type {string | null} */
  let failure = null;
  const onClose = () => (failure ??= "the server closed the publisher's connection");
  socket.on("error", (cause) => (failure ??= cause.message));
  socket.on("close", onClose);
  socket.on("data", (chunk) => {
    const { error, answer, answered = 0 } = onData(chunk);
    failure ??= error;
    if (answer !== undefined) socket.write(answer);
    if (answered > 0) onAnswers(answered);
  });
  return {
    publish: (count, schedule) => void socket.write(messages.take(count, schedule)),
    onAnswers: answers ? (listener) => void (onAnswers = listener) : null,
    error: () => failure,
    close: () => {
      socket.off("close", onClose);
      socket.destroy();
    },
  };
}
