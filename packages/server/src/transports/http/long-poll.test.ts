// The JSON of a long poll: when it is answered, and with what.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError } from "../../kernel/errors.js";
import { createTurn } from "../../kernel/turn.js";
import type { TopicItem } from "../../ports/topic-engine.js";
import type { WholeResponse } from "../../rpc/http-message.js";
import { LongPoll, PollAnswers } from "./long-poll.js";

function createPoll() {
  const ends: (() => void)[] = [];
  const poll = new LongPoll(
    createTurn((run) => ends.push(run)),
    new PollAnswers(),
  );
  return { poll, endTurn: () => ends.splice(0).forEach((end) => end()) };
}

const item = (sequence: number, rest: Partial<TopicItem> = {}): TopicItem => ({
  kind: "text",
  value: Buffer.from(`item ${sequence}`),
  page: 7,
  sequence,
  publisherId: "",
  publishedAtMs: 0,
  ...rest,
});
const topic = { cacheName: "default", topicName: "news" };
const standing = { position: { page: 7, nextSequence: 3 } };
const parse = (response: WholeResponse) => JSON.parse(Buffer.from(response.body).toString()) as unknown;

test("answers at the end of the turn in which the first item came, with all of that turn", async () => {
  const { poll, endTurn } = createPoll();
  const answer = poll.response(standing);
  poll.push(poll.form.heartbeat());
  endTurn();
  assert.ok(poll.ready, "a heartbeat is nothing to tell");
  poll.push(poll.form.items([item(1)], topic));
  poll.push(
    poll.form.items([item(2, { kind: "binary", value: Uint8Array.of(0, 255), publisherId: "me" })], topic),
  );
  assert.ok(poll.ready);
  endTurn();
  assert.ok(!poll.ready);
  assert.deepEqual(parse(await answer), {
    items: [
      { item: { topic_sequence_number: 1, sequence_page: 7, value: { text: "item 1" } } },
      { item: { topic_sequence_number: 2, sequence_page: 7, value: { binary: "AP8=" }, publisher_id: "me" } },
    ],
    next_sequence_number: 3,
    sequence_page: 7,
  });
});

test("a discontinuity alone is worth an answer", async () => {
  const { poll, endTurn } = createPoll();
  poll.push(poll.form.discontinuity({ lastSequence: 1, newSequence: 9, newPage: 8 }, topic));
  endTurn();
  const { items } = parse(await poll.response(standing)) as { items: unknown };
  assert.deepEqual(items, [
    { discontinuity: { last_topic_sequence: 1, new_topic_sequence: 9, new_sequence_page: 8 } },
  ]);
});

test("without an item it is answered when it is finished, with the place to go on from", async () => {
  const { poll } = createPoll();
  const answer = poll.response(standing);
  poll.finish();
  assert.deepEqual(parse(await answer), { items: [], next_sequence_number: 3, sequence_page: 7 });
  const unplaced = createPoll().poll;
  unplaced.finish();
  assert.deepEqual(parse(await unplaced.response({ position: undefined })), {
    items: [],
    next_sequence_number: 0,
    sequence_page: 0,
  });
});

test("an end without items is the answer; behind items it waits for the next poll", async () => {
  const gone = new ServiceError("not_found", "gone");
  const { poll } = createPoll();
  const answer = poll.response(standing);
  poll.end(gone);
  await assert.rejects(answer, gone);
  const other = createPoll();
  other.poll.push(other.poll.form.items([item(1)], topic));
  other.poll.end(gone);
  assert.equal((await other.poll.response(standing)).status, 200);
});

test("is not ready for more once the answer is large", () => {
  const { poll } = createPoll();
  poll.push(poll.form.items([item(1, { value: Buffer.alloc(256 * 1024 - 1) })], topic));
  assert.ok(poll.ready);
  poll.push(poll.form.items([item(2, { value: Buffer.alloc(1) })], topic));
  assert.ok(!poll.ready);
});

test("those who get the same items share the answer; others do not", async () => {
  const answers = new PollAnswers();
  const ends: (() => void)[] = [];
  const turn = createTurn((run) => ends.push(run));
  const answer = async (items: readonly TopicItem[], nextSequence: number): Promise<WholeResponse> => {
    const poll = new LongPoll(turn, answers);
    poll.push(poll.form.items(items, topic));
    ends.splice(0).forEach((end) => end());
    return poll.response({ position: { page: 7, nextSequence } });
  };
  const [one, two] = [item(1), item(2)];
  const both = await answer([one, two], 3);
  assert.equal((await answer([one, two], 3)).body, both.body);
  const alone = await answer([one], 2);
  assert.notDeepEqual(parse(alone), parse(both));
  assert.deepEqual(parse(await answer([item(1), two], 3)), parse(both), "equal, but of another topic");
  for (let sequence = 3; sequence < 9; sequence++) await answer([item(sequence)], sequence + 1);
  assert.deepEqual(parse(await answer([one, two], 3)), parse(both), "forgotten, and made again");
});
