// What a rule says about a file that breaks it.

export interface Violation {
  /** From the root of the repository. */
  readonly path: string;
  readonly line?: number;
  /** Names the rule and what to do instead. */
  readonly message: string;
}

export function toText(violation: Violation): string {
  const place = violation.line === undefined ? violation.path : `${violation.path}:${violation.line}`;
  return `${place}: ${violation.message}`;
}
