// CACHE/TOPIC as flags name topics, and the permission rules that come of them.

import { UsageError } from "./command.js";

export interface TopicPattern {
  readonly caches: "*" | { readonly name: string };
  readonly topics: "*" | { readonly name: string } | { readonly prefix: string };
}

/** In the JSON shape of the HTTP API. */
export interface TopicRule extends TopicPattern {
  readonly type: "topic";
  readonly permissions: readonly ("read" | "write")[];
}

/**
 * Reads `CACHE/TOPIC`. The first slash separates them. `*` alone is every one, `*` at the end of a topic makes it a prefix; the
 * cache's name is percent-encoded where it holds a slash, a percent sign or a star. Throws UsageError.
 */
export function parseTopicPattern(flag: string, text: string): TopicPattern {
  const slash = text.indexOf("/");
  const cache = text.slice(0, slash);
  const topic = text.slice(slash + 1);
  if (slash < 1 || topic === "") {
    throw new UsageError(
      `${flag} takes CACHE/TOPIC, like default/news or chat/room-*, not ${JSON.stringify(text)}.`,
    );
  }
  return { caches: parseCache(flag, cache), topics: parseTopic(flag, topic) };
}

function parseCache(flag: string, text: string): TopicPattern["caches"] {
  if (text === "*") return text;
  if (text.includes("*")) {
    throw new UsageError(`${flag}: the cache is a whole name, or * for all, not ${JSON.stringify(text)}.`);
  }
  try {
    return { name: decodeURIComponent(text) };
  } catch {
    throw new UsageError(
      `${flag}: a % in the name of a cache is written %25, and ${JSON.stringify(text)} is no name.`,
    );
  }
}

function parseTopic(flag: string, text: string): TopicPattern["topics"] {
  if (text === "*") return text;
  const prefix = text.endsWith("*") ? text.slice(0, -1) : undefined;
  if ((prefix ?? text).includes("*")) {
    throw new UsageError(
      `${flag}: a * stands at the end of a topic only, not as in ${JSON.stringify(text)}.`,
    );
  }
  return prefix === undefined ? { name: text } : { prefix };
}

/** One rule for each pattern, in order: what is published to and subscribed to is one with both verbs. */
export function toTopicRules(
  publish: readonly TopicPattern[],
  subscribe: readonly TopicPattern[],
): TopicRule[] {
  const rules = new Map<string, { pattern: TopicPattern; verbs: Set<"read" | "write"> }>();
  const add = (patterns: readonly TopicPattern[], verb: "read" | "write"): void => {
    for (const pattern of patterns) {
      const key = JSON.stringify([pattern.caches, pattern.topics]);
      const rule = rules.get(key) ?? { pattern, verbs: new Set() };
      rule.verbs.add(verb);
      rules.set(key, rule);
    }
  };
  add(publish, "write");
  add(subscribe, "read");
  return [...rules.values()].map(({ pattern, verbs }) => ({
    type: "topic",
    permissions: [...verbs],
    ...pattern,
  }));
}
