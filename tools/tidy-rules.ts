// Rules about one source file: its size, its first line, and what it may not do. Pure: files in, violations out.

import ts from "typescript";

import type { SizeException } from "./size-exceptions.js";
import { type SourceFile, isTestFile, isTestSupport, lineOf, walk } from "./source-file.js";
import type { Violation } from "./violation.js";

/** From here on a file is named as a warning. */
export const softLinesMax = 300;
export const hardLinesMax = 500;

/** Each banned global, with what to use instead. */
const bannedGlobals: Readonly<Record<string, string>> = {
  process: "take what you need as a parameter; main.ts knows the process",
  console: "use a Log of kernel/log.ts",
  setTimeout: "use a Clock of kernel/clock.ts",
  setInterval: "use a Clock of kernel/clock.ts",
  setImmediate: "use a Turn of kernel/turn.ts",
  "Date.now": "use a Clock of kernel/clock.ts",
  "new Date()": "use a Clock of kernel/clock.ts",
  "performance.now": "use a Clock of kernel/clock.ts",
  "Math.random": "take random bytes as a parameter (kernel/ids.ts)",
};

const worldPaths: readonly string[] = [
  "packages/server/src/main.ts",
  "packages/server/src/config/env.ts",
  "packages/server/src/kernel/clock.ts",
  "packages/server/src/kernel/ids.ts",
  "packages/server/src/kernel/log.ts",
  "packages/server/src/kernel/machine.ts",
  "packages/server/src/kernel/turn.ts",
  "packages/sdk/src/runtime.ts",
  "packages/cli/",
  "packages/fuzz/",
  "tools/",
];

const grantMaker = "packages/server/src/auth/authorize.ts";

/** In pieces, so that this file does not find itself. */
const markers = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|")})\\b`);

/** No file above the hard limit, unless it stands in the exceptions; no exception that is no longer needed. */
export function checkSize(files: readonly SourceFile[], exceptions: readonly SizeException[]): Violation[] {
  const violations: Violation[] = [];
  for (const file of files) {
    const lines = countLines(file.text);
    const exception = exceptions.find((candidate) => candidate.path === file.path);
    const linesMax = exception?.linesMax ?? hardLinesMax;
    if (lines > linesMax)
      violations.push({ path: file.path, message: `${lines} lines, more than ${linesMax}; split it` });
    else if (exception !== undefined && lines < linesMax)
      violations.push({
        path: file.path,
        message: `${lines} lines: lower or remove its entry in tools/size-exceptions.ts (${linesMax})`,
      });
  }
  for (const exception of exceptions)
    if (!files.some((file) => file.path === exception.path))
      violations.push({
        path: exception.path,
        message: "listed in tools/size-exceptions.ts, but does not exist",
      });
  return violations;
}

/** Files above the soft limit, longest first: a list to look at, no failure. */
export function listLongFiles(files: readonly SourceFile[]): string[] {
  return files
    .map((file) => ({ path: file.path, lines: countLines(file.text) }))
    .filter((file) => file.lines > softLinesMax)
    .sort((a, b) => b.lines - a.lines)
    .map((file) => `${file.path}: ${file.lines} lines`);
}

/** A file starts with a comment that says what it is for. */
export function checkTopComment(files: readonly SourceFile[]): Violation[] {
  const comment = /^(#![^\n]*\n)?(\/\/ (?!eslint-|@ts-)\S|\/\*\*? (?!eslint-)\S|\/\*\*\n \* \S)/;
  return files
    .filter((file) => !comment.test(file.text))
    .map((file) => ({
      path: file.path,
      line: 1,
      message: "starts without a comment; say in a sentence what the file is for",
    }));
}

export function checkMarkers(files: readonly { path: string; text: string }[]): Violation[] {
  return findInLines(files, markers, (found) => `leftover marker ${found}; do it, or open an issue`);
}

/** A disabled rule says why, on the line. */
export function checkReasons(files: readonly SourceFile[]): Violation[] {
  return findInLines(
    files,
    /(\/\/|\/\*) *eslint-disable(?!.* -- \S)/,
    () => "a disabled lint rule without its reason; write `-- reason` behind it",
  );
}

/** Time, chance and the process come in from outside: `process`, `Date.now` and the like stand in few files only. */
export function checkGlobals(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = [];
  for (const file of files) {
    if (isTestFile(file.path) || isTestSupport(file.path)) continue;
    if (worldPaths.some((path) => file.path.startsWith(path))) continue;
    const declared = readDeclaredNames(file.tree);
    walk(file.tree, (node) => {
      const name = toGlobalName(node);
      if (name === undefined || declared.has(name)) return;
      const instead = bannedGlobals[name];
      if (instead === undefined) return;
      violations.push({
        path: file.path,
        line: lineOf(file.tree, node),
        message: `${name} is banned: ${instead}`,
      });
    });
  }
  return violations;
}

/** Only authorize() makes a Grant: a cast anywhere else would be a way around it. */
export function checkGrants(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = [];
  for (const file of files) {
    if (file.path === grantMaker || isTestFile(file.path) || isTestSupport(file.path)) continue;
    walk(file.tree, (node) => {
      if (!ts.isAsExpression(node) && !ts.isTypeAssertionExpression(node)) return;
      if (!/\w*Grant\b/.test(node.type.getText(file.tree))) return;
      violations.push({
        path: file.path,
        line: lineOf(file.tree, node),
        message: `a cast to a Grant; only ${grantMaker} makes them, call authorize()`,
      });
    });
  }
  return violations;
}

export function countLines(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

/** One violation for each line that `pattern` finds. */
export function findInLines(
  files: readonly { path: string; text: string }[],
  pattern: RegExp,
  toMessage: (found: string) => string,
): Violation[] {
  return files.flatMap((file) => {
    if (!pattern.test(file.text)) return [];
    return file.text.split("\n").flatMap((text, index) => {
      const found = pattern.exec(text);
      return found === null ? [] : [{ path: file.path, line: index + 1, message: toMessage(found[0]) }];
    });
  });
}

/** `node` in the words of bannedGlobals, if it is the use of a global that could stand there. */
function toGlobalName(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node))
    return node.expression.getText() === "Date" && (node.arguments?.length ?? 0) === 0
      ? "new Date()"
      : undefined;
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText().replace("?.", ".");
    return text.startsWith("globalThis.") ? text.slice("globalThis.".length) : text;
  }
  if (!ts.isIdentifier(node) || !isValueUse(node)) return undefined;
  return node.text;
}

/** True where an identifier stands for a value of the scope, rather than for the name of a member or a type. */
function isValueUse(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isShorthandPropertyAssignment(parent) || ts.isExportAssignment(parent)) return true;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isTemplateSpan(parent)) return true;
  return ts.isExpression(parent) || ts.isStatement(parent) || isInitializer(parent, node);
}

function isInitializer(parent: ts.Node, node: ts.Identifier): boolean {
  const holds =
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isBindingElement(parent);
  return holds && parent.initializer === node;
}

/** Names that the file itself declares; such a `process` is not the global one. */
function readDeclaredNames(tree: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  walk(tree, (node) => {
    const declares =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isImportSpecifier(node) ||
      ts.isImportClause(node);
    if (declares && node.name !== undefined && ts.isIdentifier(node.name)) names.add(node.name.text);
  });
  return names;
}
