// The subscriptions of a socket: found by topic, and each has its turn when there is little room.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Subscription } from "../../topics/subscription.js";
import { FakeChannel } from "../../testing/fake-channel.js";
import { SocketSubscription } from "./socket-subscription.js";
import { SubscriptionList } from "./subscription-list.js";

function createList(names: readonly string[]) {
  const channel = new FakeChannel();
  const list = new SubscriptionList();
  const resumed: string[] = [];
  const all = names.map((topicName) => {
    const added = new SocketSubscription({ channel, ended() {} });
    const resume = (): void => void resumed.push(topicName);
    added.begin({ cacheName: "c", topicName, resume } as unknown as Subscription);
    list.add(added);
    return added;
  });
  return { list, all, resumed };
}

test("finds what was added by cache and topic, and no more once it is removed", () => {
  const { list, all } = createList(["a", "b", "d"]);
  const [a, b, d] = all as [SocketSubscription, SocketSubscription, SocketSubscription];
  assert.equal(list.find({ cacheName: "c", topicName: "b" }), b);
  assert.equal(list.find({ cacheName: "b", topicName: "b" }), undefined);
  list.remove(a);
  assert.deepEqual([...list], [d, b]);
  list.remove(d);
  assert.deepEqual([...list], [b]);
  list.remove(b);
  assert.deepEqual([list.size, list.find(b)], [0, undefined]);
});

test("with room for two at a time, all have been woken before one is woken again", () => {
  const { list, all, resumed } = createList(["a", "b", "d"]);
  const wake = (room: number): string => {
    resumed.length = 0;
    list.resumeWhile(() => resumed.length < room);
    return resumed.join("");
  };
  assert.deepEqual([wake(0), wake(2), wake(2), wake(2), wake(9)], ["", "ab", "da", "bd", "abd"]);
  wake(1);
  wake(1);
  list.remove(all[2] as SocketSubscription);
  assert.equal(wake(9), "ab");
});
