// Finds the targets of the repository: the `*.fuzz.js` files of the compiled packages, and their inputs beside the source.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { parseInputs } from "./inputs-file.js";
import type { FuzzTarget } from "./target.js";

/** The folder that holds all packages; this file runs from packages/fuzz/dist. */
const packagesRoot = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export interface FoundTarget {
  readonly target: FuzzTarget;
  /** URL of the compiled file that exports it. */
  readonly url: string;
  /** Inputs worth keeping: the corpus that later runs begin with. */
  readonly corpusPath: string;
  /** Inputs that failed once. */
  readonly regressionsPath: string;
}

/** Every target, in the order of their files. The source decides which there are: old output is not run. */
export async function listTargets(): Promise<FoundTarget[]> {
  const found: FoundTarget[] = [];
  for (const name of readdirSync(packagesRoot).sort()) {
    const source = join(packagesRoot, name, "src");
    if (!existsSync(source)) continue;
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).sort();
    for (const file of files.filter((path) => path.endsWith(".fuzz.ts"))) {
      const compiled = join(packagesRoot, name, "dist", file.replace(/\.ts$/, ".js"));
      const url = pathToFileURL(compiled).href;
      for (const target of await loadTargets(url)) {
        const base = join(packagesRoot, name, "fuzz", target.name);
        found.push({ target, url, corpusPath: `${base}.corpus`, regressionsPath: `${base}.regressions` });
      }
    }
  }
  return found;
}

export async function findTarget(url: string, name: string): Promise<FuzzTarget> {
  const target = (await loadTargets(url)).find((candidate) => candidate.name === name);
  if (target === undefined) throw new Error(`${url} has no target ${name}`);
  return target;
}

/** The inputs of a file; none when it does not exist. */
export function readInputs(path: string): Uint8Array[] {
  return existsSync(path) ? parseInputs(readFileSync(path, "utf8")) : [];
}

async function loadTargets(url: string): Promise<readonly FuzzTarget[]> {
  const module = (await import(url)) as { targets?: readonly FuzzTarget[] };
  if (module.targets === undefined) throw new Error(`${url} exports no "targets"`);
  return module.targets;
}
