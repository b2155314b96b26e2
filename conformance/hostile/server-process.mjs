// What Linux and the server itself tell of the server: memory, descriptors, counters.

import { once } from "node:events";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { get } from "node:http";

const mebibyte = 1024 * 1024;

/** @param {number} pid @param {string} field of /proc/PID/status */
function readStatusMb(pid, field) {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  if (match === null) throw new Error(`process ${pid} has no ${field}`);
  return (Number(match[1]) * 1024) / mebibyte;
}

/** Resident memory, MiB. @param {number} pid */
export function readMemoryMb(pid) {
  return readStatusMb(pid, "VmRSS");
}

/** From here on the peak is counted anew. @param {number} pid */
export function forgetMemoryPeak(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

/** The largest resident memory since `forgetMemoryPeak`, MiB. @param {number} pid */
export function readMemoryPeakMb(pid) {
  return readStatusMb(pid, "VmHWM");
}

/** Open descriptors: connections, and what the server always has. @param {number} pid */
export function countDescriptors(pid) {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/**
 * A counter as `GET /metrics` shows it; 0 when it is not there yet.
 * @param {string} url of the server
 * @param {string} counter a name, or a name with a label: `name{label="value"}`
 */
export async function readCounter(url, counter) {
  const { status, body } = await askOnce(`${url}/metrics`);
  if (status !== 200) throw new Error(`GET /metrics answers ${status}`);
  const line = body.split("\n").find((each) => each.startsWith(`${counter} `));
  return line === undefined ? 0 : Number(line.slice(counter.length + 1));
}

/**
 * GET on a connection of its own, which is closed afterwards.
 * @param {string} url
 * @returns {Promise<{ status: number | undefined, body: string }>}
 */
export async function askOnce(url) {
  const request = get(url, { agent: false });
  const [response] = /** @type {[import("node:http").IncomingMessage]} */ (await once(request, "response"));
  let body = "";
  for await (const piece of response.setEncoding("utf8")) body += piece;
  return { status: response.statusCode, body };
}
