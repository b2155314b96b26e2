// CPU time and memory of a process as Linux counts them. What the network stack does inside a send() is part of it.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

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
 * @property {number} mainThreadUs  of the first thread alone, in nanosecond steps: a Node server's event loop
 */

/** @param {string} text  of /proc/PID/stat @returns {{ userUs: number, systemUs: number }} */
function parseStat(text) {
  // The name of the program is in parentheses and may hold anything, so count from the last one.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const toUs = (/** @type {number} */ at) => (Number(fields[at]) * 1e6) / ticksPerSecond;
  return { userUs: toUs(STAT_UTIME), systemUs: toUs(STAT_STIME) };
}

/** @param {number} pid @returns {number} 0 where the kernel does not tell */
function readMainThreadUs(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1000;
  } catch {
    return 0;
  }
}

/** @param {number} pid @returns {CpuReading} */
export function readCpu(pid) {
  return { ...parseStat(readFileSync(`/proc/${pid}/stat`, "utf8")), mainThreadUs: readMainThreadUs(pid) };
}

/**
 * @param {CpuReading} before @param {CpuReading} after
 * @returns {{ cpuUs: number, userUs: number, systemUs: number, mainThreadUs: number }}
 */
export function subtractCpu(before, after) {
  const userUs = after.userUs - before.userUs;
  const systemUs = after.systemUs - before.systemUs;
  return {
    cpuUs: userUs + systemUs,
    userUs,
    systemUs,
    mainThreadUs: after.mainThreadUs - before.mainThreadUs,
  };
}

/** @param {number} pid @returns {number} resident memory, KB */
export function readResidentKb(pid) {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  if (found?.[1] === undefined) throw new Error(`process ${pid} has no VmRSS`);
  return Number(found[1]);
}
