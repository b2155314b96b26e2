// Runs h2load (Debian package nghttp2-client) with a gRPC Publish body and reads what it says.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOST } from "../peers/peer.js";
import { startChild, waitForExit } from "../system/child.js";
import { PUBLISH_PATH, toPublishBody } from "../wire/pubsub-messages.js";

const EMPTY_RESPONSE_BYTES = 5;

/** @typedef {{ calls: number, callsPerSecond: number }} LoadResult */

/** @param {RegExp} pattern @param {string} text @returns {number} */
function numberIn(pattern, text) {
  const found = pattern.exec(text);
  if (found?.[1] === undefined) throw new Error(`h2load did not print ${pattern.source}:\n${text}`);
  return Number(found[1]);
}

/**
 * @param {string} output  of h2load
 * @param {number} calls  how many were asked for
 * @returns {LoadResult}
 * @throws {Error} when a call failed: an answer without a message is a refusal, though its HTTP status is 200
 */
export function parseLoadOutput(output, calls) {
  const succeeded = numberIn(/, (\d+) succeeded/, output);
  const dataBytes = numberIn(/\((\d+)\) data$/m, output);
  if (succeeded !== calls || dataBytes !== calls * EMPTY_RESPONSE_BYTES) {
    throw new Error(`only a part of ${calls} calls succeeded:\n${output}`);
  }
  return { calls, callsPerSecond: numberIn(/([\d.]+) req\/s/, output) };
}

/**
 * @param {import("../peers/peer.js").Target} target @param {string} topic @param {Buffer} payload
 * @param {{ calls: number, inFlight: number }} load  on one connection
 * @returns {Promise<LoadResult>}
 */
export async function runLoad(target, topic, payload, { calls, inFlight }) {
  const folder = await mkdtemp(join(tmpdir(), "subito-bench-"));
  try {
    const bodyFile = join(folder, "publish.bin");
    await writeFile(bodyFile, toPublishBody(topic, payload));
    const args = ["-n", calls, "-c", 1, "-m", inFlight, "-d", bodyFile];
    args.push("-H", "content-type: application/grpc", "-H", "te: trailers");
    if (target.authorization !== null) args.push("-H", `authorization: ${target.authorization}`);
    args.push(`http://${HOST}:${target.port}${PUBLISH_PATH}`);
    const child = startChild("h2load", args.map(String));
    const output = await waitForExit(child);
    return parseLoadOutput(output, calls);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
