// Files of inputs: one a line, one character for a byte; what cannot be seen is escaped. Readable in a diff, whatever is fuzzed.

import { latin1 } from "./bytes.js";

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One input as a line, without its end. */
export function toLine(input: Uint8Array): string {
  const text = latin1(input).replace(/[^\x20-\x5b\x5d-\x7e]/g, escape);
  // Neither a comment, nor an empty line, nor white space that gets lost at an end.
  if (text === "") return "\\e";
  return text.replace(/^[# ]| $/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`);
}

function escape(char: string): string {
  return escapes[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** The inputs of a file; lines that begin with "#" and empty ones are none. Throws SyntaxError for an escape that is none. */
export function parseInputs(text: string): Uint8Array[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(fromLine);
}

function fromLine(line: string): Uint8Array {
  const text = line.replace(/\\(x[0-9a-f]{2}|.|$)/g, (_, code: string) => {
    if (code.startsWith("x") && code.length === 3) return String.fromCharCode(parseInt(code.slice(1), 16));
    const char = { "\\": "\\", n: "\n", r: "\r", t: "\t", e: "" }[code];
    if (char === undefined) throw new SyntaxError(`not an escape: \\${code}`);
    return char;
  });
  return Uint8Array.from(Buffer.from(text, "latin1"));
}
