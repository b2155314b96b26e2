// Text of strangers on the terminal: names, descriptions, items, and what a server says.

/** Control characters, and those that turn the direction of writing. */
const ACTS_ON_TERMINAL = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** `text` as one line, with an escape for every character that would act on the terminal. */
export function toPrintable(text: string): string {
  return text.replace(ACTS_ON_TERMINAL, escape);
}

/** As `toPrintable`, with its lines and tabs kept. */
export function toPrintableLines(text: string): string {
  return text.replace(ACTS_ON_TERMINAL, (one) => (one === "\n" || one === "\t" ? one : escape(one)));
}

function escape(one: string): string {
  return `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
