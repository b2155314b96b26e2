// Puts a counter at every branch of a module, without moving a line: pure, text in, text out.

import ts from "typescript";

const COUNTERS = "$fuzz";

/** `source` with counters; `globalName` names the function that gives them out. The module runs as before. */
export function instrument(source: string, globalName: string): string {
  const tree = ts.createSourceFile("module.js", source, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const printer = new Printer(source, tree);
  const body = printer.print(tree);
  const shebang = /^#!.*/.exec(body)?.[0] ?? "";
  // On the first line, so that the others keep their numbers.
  return `${shebang}const ${COUNTERS} = globalThis.${globalName}(${printer.count}); ${body.slice(shebang.length)}`;
}

class Printer {
  count = 0;
  readonly #source: string;
  readonly #tree: ts.SourceFile;

  constructor(source: string, tree: ts.SourceFile) {
    this.#source = source;
    this.#tree = tree;
  }

  /** The text of `node` with what comes before it, its parts printed one by one. */
  print(node: ts.Node): string {
    let out = "";
    let at = node.getFullStart();
    ts.forEachChild(node, (child) => {
      out += this.#source.slice(at, child.getFullStart());
      out += this.#printChild(node, child);
      at = child.getEnd();
    });
    return out + this.#source.slice(at, node.getEnd());
  }

  #printChild(parent: ts.Node, child: ts.Node): string {
    if (ts.isBlock(child)) return this.#printBlock(child);
    if (isBranchStatement(parent, child)) {
      const text = `{ ${this.#counter()}; ${this.print(child)} }`;
      return ts.isIfStatement(parent) && parent.elseStatement === undefined
        ? text + this.#missingElse()
        : text;
    }
    if (isBranchExpression(parent, child)) {
      const counter = this.#counter();
      return ` (${counter}, ${this.print(child)})`;
    }
    if (ts.isCaseOrDefaultClause(child)) return this.#printClause(child);
    return this.print(child);
  }

  #printBlock(block: ts.Block): string {
    const open = block.getStart(this.#tree) + 1 - block.getFullStart();
    const counter = this.#counter();
    const text = this.print(block);
    const isThen = ts.isIfStatement(block.parent) && block.parent.thenStatement === block;
    const end = isThen && block.parent.elseStatement === undefined ? this.#missingElse() : "";
    return `${text.slice(0, open)} ${counter}; ${text.slice(open)}${end}`;
  }

  #printClause(clause: ts.CaseOrDefaultClause): string {
    const first = clause.statements[0];
    if (first === undefined) return this.print(clause);
    // Between the colon and the first statement.
    const counter = this.#counter();
    let out = "";
    let at = clause.getFullStart();
    ts.forEachChild(clause, (child) => {
      out += this.#source.slice(at, child.getFullStart());
      if (child === first) out += ` ${counter}; `;
      out += this.#printChild(clause, child);
      at = child.getEnd();
    });
    return out + this.#source.slice(at, clause.getEnd());
  }

  /** That a condition was false counts too. */
  #missingElse(): string {
    return ` else { ${this.#counter()}; }`;
  }

  #counter(): string {
    return `${COUNTERS}[${this.count++}]++`;
  }
}

function isBranchStatement(parent: ts.Node, child: ts.Node): boolean {
  if (ts.isIfStatement(parent)) return child === parent.thenStatement || child === parent.elseStatement;
  return ts.isIterationStatement(parent, false) && child === parent.statement;
}

function isBranchExpression(parent: ts.Node, child: ts.Node): boolean {
  if (ts.isConditionalExpression(parent)) return child === parent.whenTrue || child === parent.whenFalse;
  if (ts.isArrowFunction(parent)) return child === parent.body;
  return ts.isBinaryExpression(parent) && child === parent.right && isShortCircuit(parent.operatorToken.kind);
}

function isShortCircuit(operator: ts.SyntaxKind): boolean {
  return (
    operator === ts.SyntaxKind.AmpersandAmpersandToken ||
    operator === ts.SyntaxKind.BarBarToken ||
    operator === ts.SyntaxKind.QuestionQuestionToken
  );
}
