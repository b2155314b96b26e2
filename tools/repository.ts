// Reads the repository for the tidy test: which files belong to it, the source files, and where package names lead.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { type SourceFile, parseSourceFile } from "./source-file.js";
import type { TextFile } from "./tree-rules.js";

/** The folder that holds the root package.json; the tools run from tools/dist. */
export const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Every file that git has, or would have with the next `git add .`. */
export function listFiles(): string[] {
  return git("ls-files", "--cached", "--others", "--exclude-standard").filter((path) => existsSync(at(path)));
}

/** Folders without any file, those left out that git ignores. */
export function listEmptyFolders(): string[] {
  const ignored = new Set(git("ls-files", "--others", "--ignored", "--exclude-standard", "--directory"));
  const empty: string[] = [];
  const visit = (folder: string): void => {
    const entries = readdirSync(at(folder), { withFileTypes: true });
    if (entries.length === 0) empty.push(folder);
    for (const entry of entries) {
      const path = `${folder}${entry.name}/`;
      if (entry.isDirectory() && entry.name !== ".git" && !ignored.has(path)) visit(path);
    }
  };
  visit("");
  return empty;
}

/** The TypeScript that we write: the source of every package, and the tools. */
export function readSourceFiles(paths: readonly string[]): SourceFile[] {
  return paths
    .filter((path) => /^(packages\/[^/]+\/(src|test)|tools)\/.*\.ts$/.test(path))
    .map((path) => parseSourceFile(path, readText(path)));
}

/** The text files among `paths`: those without a NUL in their first bytes. */
export function readTextFiles(paths: readonly string[]): TextFile[] {
  return paths
    .filter((path) => statSync(at(path)).isFile())
    .map((path) => ({ path, bytes: readFileSync(at(path)) }))
    .filter(({ bytes }) => !bytes.subarray(0, 8000).includes(0))
    .map(({ path, bytes }) => ({ path, text: bytes.toString("utf8") }));
}

export function readText(path: string): string {
  return readFileSync(at(path), "utf8");
}

export function exists(path: string): boolean {
  return existsSync(at(path));
}

/** The folders that the root package.json names as workspaces. */
export function readWorkspaces(): string[] {
  return (JSON.parse(readText("package.json")) as { workspaces: string[] }).workspaces;
}

/** From `@subito/http2` and the like to the source file that each stands for. */
export function readPackageEntries(paths: readonly string[]): Map<string, string> {
  const entries = new Map<string, string>();
  for (const folder of readWorkspaces()) {
    const manifest = JSON.parse(readText(`${folder}/package.json`)) as {
      name: string;
      exports?: Record<string, string>;
    };
    for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
      const name = manifest.name + subpath.slice(1);
      const file = `${folder}/${target.slice(2)}`;
      if (!target.includes("*")) entries.set(name, file.replace("/dist/", "/src/").replace(/\.js$/, ".ts"));
      else for (const path of paths) addMatching(entries, { name, file }, path);
    }
  }
  return entries;
}

/** Adds what a pattern such as `./*` → `./gen/*_pb.js` makes of `path`. */
function addMatching(entries: Map<string, string>, to: { name: string; file: string }, path: string): void {
  const [before = "", after = ""] = to.file.split("*");
  if (!path.startsWith(before) || !path.endsWith(after)) return;
  entries.set(to.name.replace("*", path.slice(before.length, -after.length)), path);
}

function git(...args: string[]): string[] {
  const output = execFileSync("git", [...args, "-z"], { cwd: repositoryRoot, encoding: "utf8" });
  return output.split("\0").filter((path) => path !== "");
}

function at(path: string): string {
  return join(repositoryRoot, path);
}
