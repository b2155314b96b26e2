// The goals that Subito has set itself, beside what the run reached.

import { medianRatio } from "./summary.js";
import { formatValue } from "./table.js";

/**
 * @typedef {object} Goal
 * @property {string} text
 * @property {string[]} measures
 * @property {string | null} against  the peer that the figure is a ratio to, null for the plain value
 * @property {boolean} inverted  the ratio is peer / Subito: how many times less
 * @property {"at most" | "at least"} direction
 * @property {number} bound
 */

/** @type {readonly Goal[]} */
export const GOALS = [
  {
    text: "CPU per delivery on own connections, in times of Redis",
    measures: ["fanout-own-high", "fanout-own-low"],
    against: "redis",
    inverted: false,
    direction: "at most",
    bound: 1,
  },
  {
    text: "times less CPU per delivery than node:http2 when multiplexed",
    measures: ["fanout-multiplexed-low", "fanout-multiplexed-high"],
    against: "node-http2",
    inverted: true,
    direction: "at least",
    bound: 5,
  },
  {
    text: "publishes per CPU-second, in times of the grpc-js server",
    measures: ["unary"],
    against: "grpc-js",
    inverted: false,
    direction: "at least",
    bound: 5,
  },
  {
    text: "resident KB per idle connection",
    measures: ["memory-connection-few", "memory-connection-many"],
    against: null,
    inverted: false,
    direction: "at most",
    bound: 8,
  },
];

/**
 * @param {Goal} goal @param {string} measure
 * @param {import("./summary.js").RoundSample[]} samples @param {import("./summary.js").SummaryRow[]} rows
 * @returns {number | null}
 */
function figureOf(goal, measure, samples, rows) {
  if (goal.against === null) {
    return rows.find((row) => row.measure === measure && row.peer === "subito")?.median ?? null;
  }
  return goal.inverted
    ? medianRatio(samples, measure, goal.against, "subito")
    : medianRatio(samples, measure, "subito", goal.against);
}

/**
 * @param {import("./summary.js").RoundSample[]} samples @param {import("./summary.js").SummaryRow[]} rows
 * @returns {{ text: string, measure: string, figure: number, reached: boolean }[]} only what the run has figures for
 */
export function judgeGoals(samples, rows) {
  return GOALS.flatMap((goal) =>
    goal.measures.flatMap((measure) => {
      const figure = figureOf(goal, measure, samples, rows);
      if (figure === null) return [];
      const reached = goal.direction === "at most" ? figure <= goal.bound : figure >= goal.bound;
      return [{ text: `${goal.direction} ${goal.bound} ${goal.text}`, measure, figure, reached }];
    }),
  );
}

/** @param {ReturnType<typeof judgeGoals>} judged @returns {string} Markdown list */
export function toGoalLines(judged) {
  return judged
    .map(({ text, measure, figure, reached }) => {
      return `- ${reached ? "reached" : "NOT REACHED"}: ${formatValue(figure)} (goal: ${text}; ${measure})`;
    })
    .join("\n");
}
