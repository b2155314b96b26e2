// CPU time and memory of a process as Linux counts them. What the network stack does inside a send() is part of it.

import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

const CLOCK_TICKS_DEFAULT = 100;
const STAT_UTIME = 11;
const STAT_STIME = 12;

/** @returns {number} */
function readTicksPerSecond() {
  try {
    return Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" })) || CLOCK_TICKS_DEFAULT;
  } catch {
    return CLOCK_TICKS_DEFAULT;
  }
}

const ticksPerSecond = readTicksPerSecond();

/**
 * @typedef {object} CpuReading
 * @property {number} userUs  of all threads, ended ones included; steps of one clock tick (10,000 µs as a rule)
 * @property {number} systemUs
 * @property {Map<string, number>} threadUs  of each living thread, in nanosecond steps; empty where the kernel does not tell
 */

/** @param {string} text  of /proc/PID/stat @returns {{ userUs: number, systemUs: number }} */
function parseStat(text) {
  // The name of the program is in parentheses and may hold anything, so count from the last one.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const toUs = (/** @type {number} */ at) => (Number(fields[at]) * 1e6) / ticksPerSecond;
  return { userUs: toUs(STAT_UTIME), systemUs: toUs(STAT_STIME) };
}

/** @param {number} pid @returns {Map<string, number>} */
function readThreadUs(pid) {
  const threads = new Map();
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
      threads.set(thread, Number(text.split(" ")[0]) / 1000);
    }
  } catch {
    return new Map();
  }
  return threads;
}

/** @param {number} pid @returns {CpuReading} */
export function readCpu(pid) {
  return { ...parseStat(readFileSync(`/proc/${pid}/stat`, "utf8")), threadUs: readThreadUs(pid) };
}

/**
 * The growth over all threads, or null when a thread has ended in between and taken its part with it.
 * @param {Map<string, number>} before @param {Map<string, number>} after
 * @returns {number | null}
 */
function subtractThreads(before, after) {
  if (before.size === 0 || [...before.keys()].some((thread) => !after.has(thread))) return null;
  let grownUs = 0;
  for (const [thread, us] of after) grownUs += us - (before.get(thread) ?? 0);
  return grownUs;
}

/**
 * @param {CpuReading} before @param {CpuReading} after
 * @returns {{ cpuUs: number, userUs: number, systemUs: number }} `cpuUs` in finer steps than its two parts where it can be had
 */
export function subtractCpu(before, after) {
  const userUs = after.userUs - before.userUs;
  const systemUs = after.systemUs - before.systemUs;
  return { cpuUs: subtractThreads(before.threadUs, after.threadUs) ?? userUs + systemUs, userUs, systemUs };
}

/** @param {number} pid @returns {number} resident memory, KB */
export function readResidentKb(pid) {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  if (found?.[1] === undefined) throw new Error(`process ${pid} has no VmRSS`);
  return Number(found[1]);
}
