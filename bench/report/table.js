// The one table, as Markdown that also reads well in a terminal.

const NOTE_CHARS = 160;

/** @param {number | null} value @returns {string} three significant digits, thousands grouped */
export function formatValue(value) {
  if (value === null) return "–";
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3);
}

/** @param {number | null} share @returns {string} */
function formatShare(share) {
  if (share === null) return "";
  if (share === 1) return "all";
  return `**${share < 1 ? "LOST" : "TOO MANY"}** ${(share * 100).toFixed(3)} %`;
}

/** @param {string} note @returns {string} in one line, safe inside a table */
function formatNote(note) {
  const line = note.replaceAll(/\s+/g, " ").replaceAll("|", "/");
  return line.length <= NOTE_CHARS ? line : `${line.slice(0, NOTE_CHARS)}…`;
}

/**
 * @param {string[][]} rows  the first one is the head
 * @returns {string}
 */
function toMarkdown(rows) {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(3, ...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`);
  lines.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  return lines.join("\n");
}

/**
 * @param {import("./summary.js").SummaryRow[]} rows
 * @param {readonly import("../plan.js").Measure[]} measures
 * @param {(peer: string) => string} labelOf
 * @returns {string}
 */
export function toTable(rows, measures, labelOf) {
  const head = ["measure", "server", "median", "min – max", "ratio", "delivered", "note"];
  let lastMeasure = "";
  const body = rows.map((row) => {
    const measure = measures.find(({ id }) => id === row.measure);
    const first = row.measure !== lastMeasure;
    lastMeasure = row.measure;
    const ratio = row.ratio === null ? "" : `${formatValue(row.ratio)} × ${labelOf(measure?.baseline ?? "")}`;
    const range = row.min === null ? "" : `${formatValue(row.min)} – ${formatValue(row.max)}`;
    const name = first ? `${measure?.label}, ${measure?.unit}` : "";
    return [
      name,
      labelOf(row.peer),
      formatValue(row.median),
      range,
      ratio,
      formatShare(row.deliveredShare),
      formatNote(row.note),
    ];
  });
  return toMarkdown([head, ...body]);
}
