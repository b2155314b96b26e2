// Files in memory for tests: any step can fail, the machine can crash after any step, and what was not synced may be lost.

import type { FileSystem, WritableFile } from "../engines/embedded/file-system.js";

export type FileStep =
  "makeDirectory" | "read" | "create" | "write" | "sync" | "close" | "rename" | "remove" | "syncDirectory";

interface Inode {
  content: Uint8Array;
  /** What is surely on the disk. */
  durable: Uint8Array;
}

type Entries = Map<string, Inode>;

/** A disk. Paths are opaque names; directories are not modelled but for their sync. */
export class MemoryFileSystem implements FileSystem {
  readonly #entries: Entries;
  #durableEntries: Entries;
  /** What was done to names since the last sync of the directory. */
  #unsynced: ((entries: Entries) => void)[] = [];
  #stepsLeft = Infinity;
  #crashed = false;
  /** Every step in its order. */
  readonly steps: FileStep[] = [];
  /** The error code that a step fails with, if it is to fail. A failing write leaves half of its bytes. */
  failWith: (step: FileStep) => string | undefined = () => undefined;

  constructor(entries: Iterable<readonly [string, Uint8Array]> = []) {
    this.#entries = new Map();
    for (const [path, content] of entries) this.#entries.set(path, { content, durable: content });
    this.#durableEntries = new Map(this.#entries);
  }

  /** After that many more steps the machine stands still: nothing resolves any more. */
  crashAfter(steps: number): void {
    this.#stepsLeft = steps;
  }

  get crashed(): boolean {
    return this.#crashed;
  }

  /** A disk as it may be found after a crash now: `chance` (0 to 1) decides of everything that was not synced. */
  afterCrash(chance: () => number): MemoryFileSystem {
    const entries = new Map(this.#durableEntries);
    for (const change of this.#unsynced) if (chance() < 0.5) change(entries);
    const found = new Map<string, Uint8Array>();
    for (const [path, { content, durable }] of entries) {
      const kept = content.subarray(0, Math.floor(chance() * (content.byteLength + 1)));
      found.set(path, content === durable || chance() < 0.3 ? durable : kept);
    }
    return new MemoryFileSystem(found);
  }

  contentOf(path: string): string | undefined {
    const inode = this.#entries.get(path);
    return inode && Buffer.from(inode.content).toString();
  }

  get paths(): string[] {
    return [...this.#entries.keys()].sort();
  }

  makeDirectory(): Promise<void> {
    return this.#step("makeDirectory", () => {});
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#step("read", () => this.#entries.get(path)?.content);
  }

  /** Modes are not modelled: all are as they should be. */
  modeOf(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  create(path: string): Promise<WritableFile> {
    return this.#step("create", () => {
      const inode = this.#entries.get(path) ?? { content: new Uint8Array(0), durable: new Uint8Array(0) };
      inode.content = new Uint8Array(0);
      this.#rename((entries) => void entries.set(path, inode));
      return {
        write: (bytes) => {
          // Half of it first: that much is there when the step fails or the machine crashes.
          const { content } = inode;
          inode.content = Buffer.concat([content, bytes.subarray(0, bytes.byteLength >> 1)]);
          return this.#step("write", () => void (inode.content = Buffer.concat([content, bytes])));
        },
        sync: () => this.#step("sync", () => void (inode.durable = inode.content)),
        close: () => this.#step("close", () => {}),
      };
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#step("rename", () => {
      const inode = this.#entries.get(from);
      if (inode === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      this.#rename((entries) => {
        entries.set(to, inode);
        entries.delete(from);
      });
    });
  }

  remove(path: string): Promise<void> {
    return this.#step("remove", () => this.#rename((entries) => void entries.delete(path)));
  }

  syncDirectory(): Promise<void> {
    return this.#step("syncDirectory", () => {
      this.#durableEntries = new Map(this.#entries);
      this.#unsynced = [];
    });
  }

  #rename(change: (entries: Entries) => void): void {
    change(this.#entries);
    this.#unsynced.push(change);
  }

  async #step<T>(step: FileStep, act: () => T): Promise<T> {
    if (this.#stepsLeft <= 0) {
      this.#crashed = true;
      return new Promise<never>(() => {});
    }
    this.#stepsLeft -= 1;
    this.steps.push(step);
    await Promise.resolve();
    const code = this.failWith(step);
    if (code !== undefined) throw Object.assign(new Error(`${code}: ${step}`), { code });
    return act();
  }
}
