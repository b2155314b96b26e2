// docs/performance.md: the text between its marks is made from a results file and from nothing else.

export const PAGE_START = "<!-- results -->";
export const PAGE_END = "<!-- /results -->";

/**
 * @param {string} page @param {string} text
 * @returns {string} the page with `text` between the marks
 * @throws {Error} when it lacks them
 */
export function replaceResults(page, text) {
  const start = page.indexOf(`${PAGE_START}\n`);
  const end = page.indexOf(`\n${PAGE_END}`);
  if (start < 0 || end < start) throw new Error(`the page lacks ${PAGE_START} and, below it, ${PAGE_END}`);
  return `${page.slice(0, start)}${PAGE_START}\n\n${text}\n${page.slice(end)}`;
}

/** @param {string} page @returns {string} path of the results file that it links to, from docs/, as JSON; empty when it has none */
export function findResultsPath(page) {
  const found = /\]\((\.\.\/bench\/results\/[^)]+)\.md\)/.exec(page)?.[1];
  return found === undefined ? "" : `${found}.json`;
}
