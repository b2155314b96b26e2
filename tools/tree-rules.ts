// Rules about the whole repository: links, lock files, machine text, empty folders, the table in ARCHITECTURE.md.
// Pure: what was read of the tree in, violations out.

import { toMarkdownTable } from "./layers.js";
import { findInLines } from "./tidy-rules.js";
import type { Violation } from "./violation.js";

export interface TextFile {
  /** From the root of the repository, with "/" between folders. */
  readonly path: string;
  readonly text: string;
}

export const tableStart = "<!-- layers -->";
export const tableEnd = "<!-- /layers -->";
const tablePath = "ARCHITECTURE.md";

/** In pieces, so that this file does not find itself. */
const machineText = new RegExp(
  [
    `(?<![\\w.-])/(${["wo" + "rk", "ro" + "ot"].join("|")})/`,
    "registry\\." + "npmjs",
    "proxy\\." + "golang",
  ].join("|"),
);

/** Text that is true on one machine only. */
export function checkMachineText(files: readonly TextFile[]): Violation[] {
  return findInLines(
    files,
    machineText,
    (found) => `"${found}" belongs to one machine or registry; leave it out`,
  );
}

/** Every relative link of a Markdown file must lead to a file or folder. */
export function checkLinks(files: readonly TextFile[], exists: (path: string) => boolean): Violation[] {
  return files
    .filter((file) => file.path.endsWith(".md"))
    .flatMap((file) =>
      readLinks(file.text)
        .filter(({ target }) => !/^([a-z][a-z+.-]*:|#)/i.test(target))
        .filter(({ target }) => !exists(resolveLink(file.path, target)))
        .map(({ target, line }) => ({
          path: file.path,
          line,
          message: `the link to ${target} leads nowhere`,
        })),
    );
}

/** A package outside of the workspaces has a lock file of its own. */
export function checkLocks(paths: readonly string[], workspaces: readonly string[]): Violation[] {
  const folders = paths
    .filter((path) => path === "package.json" || path.endsWith("/package.json"))
    .map((path) => path.slice(0, -"package.json".length));
  return folders
    .filter((folder) => !workspaces.includes(folder.replace(/\/$/, "")))
    .filter((folder) => !paths.includes(`${folder}package-lock.json`))
    .map((folder) => ({
      path: `${folder}package.json`,
      message: "has no package-lock.json beside it; make one with npm install --package-lock-only",
    }));
}

export function checkEmptyFolders(folders: readonly string[]): Violation[] {
  return folders.map((path) => ({ path, message: "an empty folder; remove it until it is needed" }));
}

/** The table of ARCHITECTURE.md is the one of tools/layers.ts. */
export function checkShownTable(architecture: string | undefined, table = toMarkdownTable()): Violation[] {
  if (architecture === undefined)
    return [
      { path: tablePath, message: `is missing; it holds ${tableStart} and ${tableEnd}, each on its line` },
    ];
  const shown = replaceShownTable(architecture, table);
  if (shown === undefined)
    return [{ path: tablePath, message: `lacks ${tableStart} and, below it, ${tableEnd}, each on its line` }];
  if (shown === architecture) return [];
  const message =
    "its table differs from tools/layers.ts; run `npm run build && node tools/dist/write-import-table.js`";
  return [{ path: tablePath, message }];
}

/** `architecture` with `table` between the marks, or undefined when it lacks the marks. */
export function replaceShownTable(architecture: string, table: string): string | undefined {
  const start = architecture.indexOf(`${tableStart}\n`);
  const end = architecture.indexOf(`\n${tableEnd}`);
  if (start < 0 || end < start) return undefined;
  return `${architecture.slice(0, start)}${tableStart}\n\n${table}\n${architecture.slice(end)}`;
}

/** Links and images of a Markdown text, those in code left out. */
function readLinks(text: string): { target: string; line: number }[] {
  let inFence = false;
  return text.split("\n").flatMap((line, index) => {
    if (/^\s*(```|~~~)/.test(line)) inFence = !inFence;
    if (inFence) return [];
    const prose = line.replace(/`[^`]*`/g, (code) => " ".repeat(code.length));
    const targets = [
      ...prose.matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)/g),
      ...prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*(\S+)/g),
    ];
    return targets.map((match) => ({ target: match[1] ?? "", line: index + 1 }));
  });
}

function resolveLink(from: string, target: string): string {
  const path = decodeURIComponent(target.split(/[#?]/)[0] ?? "");
  const parts = path.startsWith("/") ? [] : from.split("/").slice(0, -1);
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}
