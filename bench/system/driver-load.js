// Watches the CPU of the load's own processes: where one of them is nearly busy all the time, the figure says what the
// driver can do and not what the server can.

import process from "node:process";
import { readCpu, subtractCpu } from "./proc.js";

/** A Node process does its work in one thread: this share of a core and it is the limit. */
const BUSY_SHARE_MAX = 0.9;

export const DRIVER_BOUND = "driver-bound";

/**
 * @typedef {object} DriverLoad
 * @property {number} busyShare  of one core, of the busiest process of the driver
 * @property {string} note  DRIVER_BOUND or empty
 */

/**
 * @param {readonly number[]} pids  of the driver's processes besides this one
 * @returns {() => DriverLoad} ends the watch
 */
export function watchDriver(pids) {
  const all = [process.pid, ...pids];
  const start = performance.now();
  const before = all.map((pid) => readCpu(pid));
  return () => {
    const wallUs = (performance.now() - start) * 1000;
    const shares = all.map(
      (pid, at) =>
        subtractCpu(/** @type {import("./proc.js").CpuReading} */ (before[at]), readCpu(pid)).cpuUs / wallUs,
    );
    const busyShare = Math.max(...shares);
    return { busyShare, note: busyShare > BUSY_SHARE_MAX ? DRIVER_BOUND : "" };
  };
}
