// Publishers for Centrifugo and nchan: HTTP/1.1 POSTs on one connection, sent without waiting for the answers.

import { HOST } from "../../peers/peer.js";
import { createCounter } from "./counter.js";
import { createMessages } from "./messages.js";
import { connectSocket, publishTo } from "./socket.js";

/** @typedef {import("./publisher.js").Publisher} Publisher */
/** @typedef {import("./publisher.js").PublisherOptions} PublisherOptions */

/** Answers are short; a cut status line is looked at again together with what follows. */
const TAIL_BYTES = 64;
const STATUS_LINE = /HTTP\/1\.1 (?!2)\d\d\d[^\r]*/;
/** Centrifugo answers 200 with an error inside. */
const ERROR_INSIDE = /\{"error":.*/;

/** @param {number} port @param {string} path @param {string} type @param {Buffer} body @returns {Buffer} */
function toPost(port, path, type, body) {
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${HOST}:${port}`,
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
}

/** @param {PublisherOptions} options @param {Buffer} request @returns {Promise<Publisher>} */
async function connectHttpPublisher({ target, payload, stamped }, request) {
  const socket = await connectSocket(target.port);
  let tail = "";
  const countAnswers = createCounter("HTTP/1.1 ");
  const onData = (/** @type {Buffer} */ chunk) => {
    const received = chunk.toString("latin1");
    const text = tail + received;
    tail = text.slice(-TAIL_BYTES);
    const error = (STATUS_LINE.exec(text) ?? ERROR_INSIDE.exec(text))?.[0] ?? null;
    return { error, answered: countAnswers(received) };
  };
  return publishTo(socket, createMessages(request, payload, stamped), onData, { answers: true });
}

/** @param {PublisherOptions} options @returns {Promise<Publisher>} */
export function connectCentrifugoPublisher(options) {
  const body = JSON.stringify({ channel: options.topic, data: options.payload.toString() });
  const request = toPost(options.target.port, "/api/publish", "application/json", Buffer.from(body));
  return connectHttpPublisher(options, request);
}

/** @param {PublisherOptions} options @returns {Promise<Publisher>} */
export function connectNchanPublisher(options) {
  const { target, topic, payload } = options;
  return connectHttpPublisher(options, toPost(target.port, `/publish/${topic}`, "text/plain", payload));
}
