// Tables with a row for each server and a column for each measure; what must be said of a cell stands in a numbered note below.

import { formatValue, toMarkdown } from "./table.js";

/** @typedef {import("./summary.js").SummaryRow} SummaryRow */
/** @typedef {import("../plan/scenario.js").Measure} Measure */
/** @typedef {import("../plan/scenario.js").Table} Table */

/**
 * Numbers the notes of one table; the same text has the same number.
 */
class Notes {
  constructor() {
    /** @type {string[]} */
    this.texts = [];
  }

  /** @param {string} text @returns {string} the mark, empty for no text */
  markOf(text) {
    if (text === "") return "";
    let at = this.texts.indexOf(text);
    if (at < 0) at = this.texts.push(text) - 1;
    return `[${at + 1}]`;
  }

  toLines() {
    return this.texts.map((text, at) => `- [${at + 1}] ${text}`);
  }
}

const NOTE_CHARS = 160;

/** @param {string} note @returns {string} in one line, safe in Markdown */
function clean(note) {
  const line = note.replaceAll(/\s+/g, " ").replaceAll(/[|<>]/g, "/");
  return line.length <= NOTE_CHARS ? line : `${line.slice(0, NOTE_CHARS)}…`;
}

/** @param {number | null} share @returns {string} */
function describeShare(share) {
  if (share === null || share === 1) return "";
  return `**${share < 1 ? "LOST" : "TOO MANY"}**: ${(share * 100).toFixed(2)} % delivered`;
}

/** @param {SummaryRow} row @param {Notes} notes @returns {string} */
function toCell(row, notes) {
  const spread = row.min !== null && row.min !== row.max;
  const range = spread ? ` (${formatValue(row.min)} – ${formatValue(row.max)})` : "";
  const said = [describeShare(row.deliveredShare), ...row.note.split("; ")].filter((text) => text !== "");
  const marks = said.map((text) => notes.markOf(clean(text))).join(" ");
  return `${formatValue(row.median)}${range}${marks === "" ? "" : ` ${marks}`}`;
}

/**
 * @param {Table} table @param {readonly Measure[]} measures @param {readonly SummaryRow[]} rows
 * @param {(peer: string) => string} labelOf
 * @returns {string} Markdown with a heading; empty when there are no figures
 */
export function toPivot(table, measures, rows, labelOf) {
  const columns = measures.filter((measure) => measure.table === table.id);
  const own = rows.filter((row) => columns.some(({ id }) => id === row.measure));
  if (own.length === 0) return "";
  const notes = new Notes();
  const body = [...new Set(own.map(({ peer }) => peer))].map((peer) => [
    labelOf(peer),
    ...columns.map(({ id }) => {
      const row = own.find((one) => one.measure === id && one.peer === peer);
      return row === undefined ? "" : toCell(row, notes);
    }),
  ]);
  const head = ["server", ...columns.map(({ column }) => column)];
  const text = table.text === "" ? [] : [table.text];
  const below = notes.texts.length === 0 ? [] : [notes.toLines().join("\n")];
  return [`### ${table.title}`, ...text, toMarkdown([head, ...body]), ...below].join("\n\n");
}
