// What this process takes of the machine, as a port: memory and processor time.

import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";

export interface MemoryUse {
  /** Physical memory of the process. */
  readonly residentBytes: number;
  /** What V8 has in use on its heap, garbage that was not collected yet with it. */
  readonly heapBytes: number;
  /** What V8 keeps for its heap beyond that: resident, but not in use. */
  readonly heapFreeBytes: number;
  /** Buffers outside of the heap that objects on it hold. */
  readonly externalBytes: number;
}

export interface Machine {
  /** Cheaper than all of `memory()`: for whoever looks often. */
  residentBytes(): number;
  memory(): MemoryUse;
  /** User and system time since the process began. */
  cpuSeconds(): number;
  /** What this process may take: the machine's memory, or the limit of its control group where that is less. */
  readonly memoryMaxBytes: number;
  /** Files and sockets that this process may have open; undefined where the system does not tell. */
  readonly descriptorsMax: number | undefined;
  /** What V8 lets the heap grow to; beyond it the process ends. */
  readonly heapBytesMax: number;
}

class SystemMachine implements Machine {
  readonly heapBytesMax = getHeapStatistics().heap_size_limit;
  readonly descriptorsMax = readDescriptorsMax();

  residentBytes(): number {
    return process.memoryUsage.rss();
  }

  memory(): MemoryUse {
    const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
    const heapFreeBytes = Math.max(0, heapTotal - heapUsed);
    return { residentBytes: rss, heapBytes: heapUsed, heapFreeBytes, externalBytes: external };
  }

  cpuSeconds(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }

  get memoryMaxBytes(): number {
    // 0 when there is no limit, or a number beyond all memory where the kernel says so in that way.
    const constrained = process.constrainedMemory();
    return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  }
}

/** Linux tells in /proc; Node has raised the limit as far as it may when it started. */
function readDescriptorsMax(): number | undefined {
  try {
    const line = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"));
    return line === null ? undefined : Number(line[1]);
  } catch {
    return undefined;
  }
}

/** The machine itself. */
export const systemMachine: Machine = new SystemMachine();
