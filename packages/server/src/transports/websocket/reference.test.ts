// docs/reference/websocket.md has the messages that are taken and sent, with their fields, and the limits of the protocol.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { defaultLimits } from "../../config/limits.js";
import { ServiceError } from "../../kernel/errors.js";
import { FakeChannel } from "../../testing/fake-channel.js";
import {
  ANSWER_TYPES,
  authenticatedAnswer,
  endedMessage,
  errorAnswer,
  pong,
  positionAnswer,
  publishedAnswer,
  renewedAnswer,
} from "./answers.js";
import { PLAIN_JSON_BYTES_MAX, REQUEST_FIELDS, STRUCTURE_MAX } from "./parse-message.js";
import { type SocketChunk, topicForm } from "./topic-form.js";

const reference = readFileSync(
  new URL("../../../../../docs/reference/websocket.md", import.meta.url),
  "utf8",
);

/** The rows of the table under a heading, cell by cell. */
function rowsUnder(heading: string): string[][] {
  const [, section = ""] = reference.split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  const rows = [...own.matchAll(/^\| (.+) \|$/gm)].map(([, row = ""]) => row.split(" | "));
  assert.ok(rows.length > 1, heading);
  return rows.slice(1);
}

/** What stands in backticks and is a name, once each. */
function namesIn(cell: string): string[] {
  return [...new Set([...cell.matchAll(/`([a-z_]+)`/g)].map(([, name = ""]) => name))];
}

/** Names of a message's fields, but for those that every such message has. */
function fieldsOf(chunk: SocketChunk, ...common: string[]): string[] {
  assert.ok(chunk);
  const channel = new FakeChannel();
  channel.send(chunk);
  const [{ json } = { json: {} }] = channel.take();
  return Object.keys(json).filter((name) => !common.includes(name));
}

const topic = { cacheName: "c", topicName: "t" };
const position = { page: 1, nextSequence: 2 };
const failure = new ServiceError("not_found", "no");

test("the messages of a client, their fields, and their answers", () => {
  const rows = rowsUnder("Messages of the client");
  assert.deepEqual(
    rows.map(([type = "", fields = ""]) => [...namesIn(type), ...namesIn(fields)]),
    Object.entries(REQUEST_FIELDS).map(([type, fields]) => [type, ...fields.slice(2)]),
  );
  const answers = {
    authenticate: authenticatedAnswer(1, 1),
    renew_token: renewedAnswer(1, 1, 1),
    subscribe: positionAnswer(1, "subscribe", topic, position),
    unsubscribe: positionAnswer(1, "unsubscribe", topic, position),
    publish: publishedAnswer(1, { page: 1, sequence: 1 }),
    ping: pong(1),
  } as const;
  for (const [type = "", , ...cells] of rows) {
    const [request = ""] = namesIn(type);
    const [answerType, ...said] = namesIn(cells.join(" | "));
    assert.equal(answerType, ANSWER_TYPES[request as keyof typeof ANSWER_TYPES]);
    const fields = fieldsOf(answers[request as keyof typeof answers], "id", "type");
    for (const field of fields) assert.ok(said.includes(field), `${request}: ${field}`);
  }
});

test("an error has the fields that it is said to have", () => {
  const [, form] = /answered with `(\{"id".*?\})`/.exec(reference) ?? [];
  const names = [...(form ?? "").matchAll(/"(\w+)":/g)].map(([, name]) => name);
  assert.deepEqual(fieldsOf(errorAnswer(1, failure)), names);
});

test("the messages of the server without id, and their fields", () => {
  const rows = rowsUnder("Messages of the server without `id`");
  assert.deepEqual(
    rows.map(([type = "", fields = ""]) => [...namesIn(type), ...namesIn(fields)]),
    [
      ["item", ...fieldsOf(topicForm.items([itemOf()], topic), "type")],
      [
        "discontinuity",
        ...fieldsOf(topicForm.discontinuity({ lastSequence: 1, newSequence: 1, newPage: 1 }, topic), "type"),
      ],
      ["ended", ...fieldsOf(endedMessage(topic, failure, position), "type")],
    ],
  );
});

function itemOf() {
  return {
    kind: "text",
    value: Buffer.of(),
    page: 1,
    sequence: 1,
    publisherId: "",
    publishedAtMs: 0,
  } as const;
}

test("the limits of the protocol", () => {
  const limits = new Map(rowsUnder("Limits").map(([what, limit]) => [what, limit]));
  const subscriptions = defaultLimits.webSocketSubscriptionsMax.toLocaleString("en-US");
  assert.equal(limits.get("subscriptions of one socket"), `${subscriptions} (\`webSocketSubscriptionsMax\`)`);
  const structure = limits.get(`JSON of more than ${PLAIN_JSON_BYTES_MAX / 1024} KiB`);
  assert.ok(structure?.startsWith(`${STRUCTURE_MAX} `), structure);
});
