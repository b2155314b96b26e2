// One source file as the rules see it: its text, its syntax tree, and what it imports.

import ts from "typescript";

/** One `import`, `export … from`, `import()` or `import("…")` type. */
export interface Import {
  readonly specifier: string;
  /** True when nothing of it is left after compiling. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface SourceFile {
  /** From the root of the repository, with "/" between folders. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

/** Stands for the specifier of an `import()` whose argument is computed: nobody can check where it leads. */
export const computedSpecifier = "(computed)";

export function parseSourceFile(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, text, tree, imports: readImports(tree) };
}

/** Visits `node` and everything in it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => {
    walk(child, visit);
  });
}

/** Counted from 1. */
export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

export function isTestFile(path: string): boolean {
  return /\.(test|bench|fuzz)\.ts$/.test(path);
}

/** Help for tests, such as a fake clock or the suite that every engine runs. May import anything; only tests may import it. */
export function isTestSupport(path: string): boolean {
  return /^packages\/[^/]+\/src\/(testing|ports\/contract)\//.test(path);
}

function readImports(tree: ts.SourceFile): Import[] {
  const imports: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Node | undefined, typeOnly: boolean) => {
    const known = specifier !== undefined && ts.isStringLiteralLike(specifier);
    imports.push({
      specifier: known ? specifier.text : computedSpecifier,
      typeOnly,
      line: lineOf(tree, node),
    });
  };
  walk(tree, (node) => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, isTypeImport(node));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
      add(node, node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node))
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node, node.arguments[0], false);
  });
  return imports;
}

/** `import { type A }` is none: verbatimModuleSyntax leaves `import {}` of it, which loads the file. */
function isTypeImport(node: ts.ImportDeclaration): boolean {
  return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}
