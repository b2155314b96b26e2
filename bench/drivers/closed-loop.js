// Publishing with a fixed number of messages in flight: each answer lets the next message go.

import { readNowNs } from "../wire/stamp.js";
import { Histogram } from "./histogram.js";

const UNSTAMPED = { dueNs: 0, stepNs: 0 };
const CHECK_MS = 20;
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Answers are taken to come in the order of the messages, as all servers here give them to one connection.
 * @param {import("./publishers/publisher.js").Publisher} publisher  that tells of answers
 * @param {{ inFlight: number, total: number }} load  total: messages
 * @returns {Promise<{ latency: Histogram, wallMs: number }>} once all are answered
 */
export function publishClosedLoop(publisher, { inFlight, total }) {
  const { onAnswers } = publisher;
  if (onAnswers === null) throw new Error("this server does not answer a publish");
  const latency = new Histogram();
  const startMs = performance.now();
  const sentNs = new Float64Array(inFlight);
  let sent = 0;
  let answered = 0;
  let lastAnswerMs = startMs;

  /** @param {number} count */
  const send = (count) => {
    const now = readNowNs();
    for (let at = 0; at < count; at++) sentNs[sent++ % inFlight] = now;
    publisher.publish(count, UNSTAMPED);
  };

  return new Promise((resolve, reject) => {
    const watch = setInterval(() => {
      const silent = performance.now() - lastAnswerMs > ANSWER_TIMEOUT_MS;
      const reason = publisher.error() ?? (silent ? `${answered} of ${sent} publishes were answered` : null);
      if (reason === null) return;
      clearInterval(watch);
      reject(new Error(reason));
    }, CHECK_MS);
    onAnswers.call(publisher, (count) => {
      const now = readNowNs();
      lastAnswerMs = performance.now();
      for (let at = 0; at < count; at++)
        latency.record(now - /** @type {number} */ (sentNs[answered++ % inFlight]));
      const more = Math.min(count, total - sent);
      if (more > 0) send(more);
      if (answered < total) return;
      clearInterval(watch);
      resolve({ latency, wallMs: lastAnswerMs - startMs });
    });
    send(Math.min(inFlight, total));
  });
}
