// The goals that Subito has set itself, beside what the run reached.

import { median } from "./statistics.js";
import { ratiosOf } from "./summary.js";
import { formatValue, toMarkdown } from "./table.js";

/** @typedef {import("./summary.js").RoundSample} RoundSample */

const SUBITO = "subito";
const WEBSOCKET = "subito-websocket";

/**
 * @typedef {object} Goal
 * @property {string} text  what is compared, without the bound
 * @property {"at most" | "at least"} direction
 * @property {number} bound
 * @property {string} unit  of the bound: " × Redis", " KB"
 * @property {string} measure  Subito's figure
 * @property {string} [peer]  whose figure that is, where it is not Subito's with gRPC
 * @property {import("./summary.js").Figure | null} against  what it is divided by, null for the plain figure
 * @property {string} command  that measures it
 */

const GOALS_COMMAND = "npm run bench -- --section goals";
const JITTER_COMMAND = "npm run bench -- --section jitter";

/**
 * @param {"redis" | "c-floor"} peer @param {string} load
 * @returns {Omit<Goal, "measure" | "text">}
 */
function atMostTimes(peer, load) {
  const [unit, bound] = peer === "redis" ? [" × Redis", 1] : [" × the C floor", 1.25];
  return {
    direction: "at most",
    bound,
    unit,
    against: { measure: `goal-own-${load}`, peer },
    command: GOALS_COMMAND,
  };
}

/** @param {string} load @param {string} at @returns {Goal[]} */
function toCpuGoals(load, at) {
  const own = { text: `server CPU per delivery, own connections, ${at}`, measure: `goal-own-${load}` };
  return [
    { ...own, ...atMostTimes("redis", load) },
    { ...own, ...atMostTimes("c-floor", load) },
    {
      text: `server CPU per delivery, 100 subscriptions to a connection, ${at}; Redis on own connections`,
      measure: `goal-multiplexed-${load}`,
      ...atMostTimes("redis", load),
      bound: 0.2,
    },
  ];
}

/** @param {string} load @param {string} at @returns {Goal[]} */
function toWebSocketGoals(load, at) {
  const measure = `goal-websocket-${load}`;
  const common = {
    text: `server CPU per delivery by WebSocket, own connections, ${at}`,
    direction: /** @type {const} */ ("at most"),
    measure,
    peer: WEBSOCKET,
    command: GOALS_COMMAND,
  };
  return [
    { ...common, bound: 0.6, unit: " × ws", against: { measure, peer: "ws" } },
    { ...common, bound: 1, unit: " × Redis", against: { measure, peer: "redis" } },
  ];
}

/** @param {string} peer @param {string} label @param {number} bound @param {string} load @param {string} at @returns {Goal} */
function toPublishGoal(peer, label, bound, load, at) {
  const measure = `goal-publish-${load}`;
  return {
    text: `publishes per CPU-second, ${at}`,
    direction: "at least",
    bound,
    unit: ` × ${label}`,
    measure,
    against: { measure, peer },
    command: GOALS_COMMAND,
  };
}

/** @param {string} text @param {number} bound @param {string} unit @param {string} measure @param {string} command @returns {Goal} */
function toPlainGoal(text, bound, unit, measure, command) {
  return { text, direction: "at most", bound, unit, measure, against: null, command };
}

/** @type {readonly Goal[]} */
export const GOALS = [
  ...toCpuGoals("low", "100 messages/s"),
  ...toCpuGoals("high", "1,000 messages/s"),
  ...toWebSocketGoals("low", "100 messages/s"),
  ...toWebSocketGoals("high", "1,000 messages/s"),
  toPublishGoal("grpc-js", "grpc-js", 7, "many", "64 in flight"),
  toPublishGoal("grpc-go", "grpc-go", 2, "many", "64 in flight"),
  toPublishGoal("grpc-js", "grpc-js", 7, "one", "1 in flight"),
  toPublishGoal("grpc-go", "grpc-go", 2, "one", "1 in flight"),
  {
    text: "p99 latency, each at 50 % of its own saturation",
    ...atMostTimes("redis", "low"),
    measure: "goal-latency-half-p99",
    against: { measure: "goal-latency-half-p99", peer: "redis" },
  },
  {
    text: "p99 latency, both at the same rate, 50 % of the lower saturation",
    ...atMostTimes("redis", "low"),
    measure: "goal-latency-same-p99",
    against: { measure: "goal-latency-same-p99", peer: "redis" },
  },
  toPlainGoal("resident memory per idle connection of 1,000", 6, " KB", "goal-memory-few", GOALS_COMMAND),
  toPlainGoal("resident memory per idle connection of 5,000", 6, " KB", "goal-memory-many", GOALS_COMMAND),
  toPlainGoal("resident memory per further subscription", 1, " KB", "goal-memory-further", GOALS_COMMAND),
  {
    ...toPlainGoal(
      "delivered while 10 % of the clients are away",
      100,
      " %",
      "jitter-delivered",
      JITTER_COMMAND,
    ),
    direction: "at least",
  },
  toPlainGoal(
    "replay p99 while 10 % of the clients are away",
    1000,
    " ms",
    "jitter-replay-p99",
    JITTER_COMMAND,
  ),
];

/**
 * @typedef {object} Judged
 * @property {string} text
 * @property {string} goal  the bound with its unit
 * @property {number} figure
 * @property {number} min  of the rounds
 * @property {number} max
 * @property {string} unit
 * @property {boolean} reached
 * @property {string} command
 */

/** @param {Goal} goal @param {readonly RoundSample[]} samples @returns {number[]} one for each round */
function figuresOf({ measure, peer = SUBITO, against }, samples) {
  if (against !== null) return ratiosOf(samples, { measure, peer }, against);
  const own = samples.filter((sample) => sample.measure === measure && sample.peer === peer);
  return own.map(({ value }) => value).filter((value) => value !== null);
}

/** @param {readonly RoundSample[]} samples @returns {Judged[]} only what the run has figures for */
export function judgeGoals(samples) {
  return GOALS.flatMap((goal) => {
    const figures = figuresOf(goal, samples);
    if (figures.length === 0) return [];
    const figure = median(figures);
    const { text, direction, bound, unit, command } = goal;
    return [
      {
        text,
        goal: `${direction} ${bound.toLocaleString("en-US")}${unit}`,
        figure,
        min: Math.min(...figures),
        max: Math.max(...figures),
        unit,
        reached: direction === "at most" ? figure <= bound : figure >= bound,
        command,
      },
    ];
  });
}

/** @param {readonly Judged[]} judged @returns {string} Markdown, empty for no goals */
export function toGoalTable(judged) {
  if (judged.length === 0) return "";
  const rows = judged.map(({ text, goal, figure, min, max, unit, reached, command }) => [
    text,
    goal,
    `${formatValue(figure)}${unit}${min === max ? "" : ` (${formatValue(min)} – ${formatValue(max)})`}`,
    reached ? "yes" : "**no**",
    `\`${command}\``,
  ]);
  return toMarkdown([["figure", "goal", "reached figure (rounds)", "reached", "command"], ...rows]);
}
