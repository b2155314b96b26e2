// CACHE/TOPIC: what a pattern selects, what is refused, and the rules that come of patterns.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UsageError } from "./command.js";
import { type TopicPattern, parseTopicPattern, toTopicRules } from "./topic-rules.js";

const parse = (text: string): TopicPattern => parseTopicPattern("--subscribe", text);

test("the first slash separates; stars are all, or a prefix", () => {
  for (const [text, caches, topics] of [
    ["default/news", { name: "default" }, { name: "news" }],
    ["default/a/b/c", { name: "default" }, { name: "a/b/c" }],
    ["default//x", { name: "default" }, { name: "/x" }],
    ["default/*", { name: "default" }, "*"],
    ["default/room-*", { name: "default" }, { prefix: "room-" }],
    ["default/a/*", { name: "default" }, { prefix: "a/" }],
    ["*/news", "*", { name: "news" }],
    ["*/*", "*", "*"],
    ["a%2Fb/c%2Fd", { name: "a/b" }, { name: "c%2Fd" }],
    ["100%25/%", { name: "100%" }, { name: "%" }],
    ["%2A/x", { name: "*" }, { name: "x" }],
    ["部屋/お知らせ", { name: "部屋" }, { name: "お知らせ" }],
  ] as const) {
    assert.deepEqual(parse(text), { caches, topics }, text);
  }
});

test("what could be meant in two ways is refused", () => {
  for (const text of [
    ...["", "/", "default", "default/", "/news", "*", "de*/news", "**/news", "100%/x", "%ff/x"],
    ...["default/a*b", "default/*b", "default/**"],
  ]) {
    assert.throws(() => parse(text), UsageError, text);
  }
});

const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("*"));

test("property: every cache and topic without a star can be named, alone and as a prefix", () => {
  fc.assert(
    fc.property(name, name, (cache, topic) => {
      const text = `${encodeURIComponent(cache)}/${topic}`;
      assert.deepEqual(parse(text), { caches: { name: cache }, topics: { name: topic } });
      assert.deepEqual(parse(`${text}*`), { caches: { name: cache }, topics: { prefix: topic } });
    }),
  );
});

test("property: any text is a pattern or a usage error, and none selects more than it says", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "/", "*", "%", "2", "F") }), (text) => {
      let pattern: TopicPattern;
      try {
        pattern = parse(text);
      } catch (error) {
        assert.ok(error instanceof UsageError, String(error));
        return;
      }
      if (pattern.caches === "*") assert.ok(text.startsWith("*/"), text);
      if (pattern.topics === "*") assert.ok(text.endsWith("/*"), text);
      else if ("prefix" in pattern.topics) assert.ok(text.endsWith(`/${pattern.topics.prefix}*`), text);
      else assert.ok(text.endsWith(`/${pattern.topics.name}`), text);
    }),
  );
});

test("a topic that is named twice is one rule with both verbs; others are rules of their own", () => {
  const rules = toTopicRules(
    ["chat/a", "chat/b", "chat/a"].map(parse),
    ["chat/b", "chat/a*", "*/b", "chat/*"].map(parse),
  );
  const caches = { name: "chat" };
  assert.deepEqual(rules, [
    { type: "topic", permissions: ["write"], caches, topics: { name: "a" } },
    { type: "topic", permissions: ["write", "read"], caches, topics: { name: "b" } },
    { type: "topic", permissions: ["read"], caches, topics: { prefix: "a" } },
    { type: "topic", permissions: ["read"], caches: "*", topics: { name: "b" } },
    { type: "topic", permissions: ["read"], caches, topics: "*" },
  ]);
});
