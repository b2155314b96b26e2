// What is measured, at which size, on which peers.

import { FANOUT_SECTION, planFanout } from "./fanout.js";
import { GOALS_SECTION, planGoals } from "./goals.js";
import { IDLE_SECTION, planIdle } from "./idle.js";
import { JITTER_SECTION, planJitter } from "./jitter.js";
import { LATENCY_SECTION, planLatency } from "./latency.js";
import { PUBLISH_SECTION, planPublish } from "./publish.js";
import { FULL, SMALL } from "./sizes.js";
import { STORM_SECTION, planStorm } from "./storm.js";
import * as peers from "./peers.js";

/** In the order in which they run: the goals first, while the machine is as it was when the user started the bench. */
export const SECTIONS = [
  GOALS_SECTION,
  LATENCY_SECTION,
  FANOUT_SECTION,
  PUBLISH_SECTION,
  IDLE_SECTION,
  STORM_SECTION,
  JITTER_SECTION,
];

/** @param {{ small: boolean }} options @returns {import("./scenario.js").PlanPart} */
export function createPlan({ small }) {
  const sizes = small ? SMALL : FULL;
  const { bench } = sizes;
  const parts = [
    planGoals(sizes, bench),
    planLatency(sizes, bench, peers.ALL),
    planFanout(sizes, bench, { own: peers.ALL, multiplexed: peers.MULTIPLEXING }),
    planPublish(sizes, bench, peers.WITH_PUBLISH),
    planIdle(sizes, bench, { own: peers.ALL, further: peers.WITH_SUBSCRIPTIONS }),
    planStorm(sizes, bench, peers.ALL),
    planJitter(sizes, bench, peers.RECONNECTING),
  ];
  return {
    tables: parts.flatMap(({ tables }) => tables),
    scenarios: parts.flatMap(({ scenarios }) => scenarios),
  };
}
