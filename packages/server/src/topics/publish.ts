// Publishing: what may be published is checked here, what it means is the engine's. In the same turn when the engine answers so.

import { andThen } from "../kernel/awaitable.js";
import type { Awaitable } from "../kernel/awaitable.js";
import { ServiceError } from "../kernel/errors.js";
import { checkCacheName, checkTopicName } from "../kernel/names.js";
import type { PublishGrant } from "../ports/grant.js";
import type { CacheMissing, TopicEngine, TopicHead, TopicValue } from "../ports/topic-engine.js";
import { cacheMissing } from "./cache-errors.js";
import type { TopicCounts } from "./counts.js";

/**
 * Publishes `value` to the grant's topic; answers with the item's position.
 * Fails with `invalid_argument` (a name, no kind), `resource_exhausted` (too large), `not_found` (no such cache):
 * thrown at once, or as a rejection when the engine answers later.
 */
export type Publish = (grant: PublishGrant, value: TopicValue) => Awaitable<TopicHead>;

export function createPublish(engine: TopicEngine, topicItemBytesMax: number, counts: TopicCounts): Publish {
  return (grant, value) => {
    const { cacheName, topicName } = grant;
    checkCacheName(cacheName);
    checkTopicName(topicName);
    // Plain data from a wire, where the kind may be absent.
    const kind: string | undefined = value.kind;
    if (kind !== "text" && kind !== "binary") {
      throw new ServiceError("invalid_argument", "An item is either text or binary; this one is neither.");
    }
    if (value.value.length > topicItemBytesMax) throw tooLarge(value.value.length, topicItemBytesMax);
    const head = engine.publish(cacheName, topicName, value, grant.publisherId);
    return head instanceof Promise
      ? andThen(head, (later) => found(later, cacheName, counts))
      : found(head, cacheName, counts);
  };
}

function found(head: TopicHead | CacheMissing, cacheName: string, counts: TopicCounts): TopicHead {
  if (head === "cache_not_found") throw cacheMissing(cacheName);
  counts.itemsPublished++;
  return head;
}

function tooLarge(bytes: number, bytesMax: number): ServiceError {
  // SDKs tell limits apart by words in this text: exactly one of theirs may be in it (wire-contract.md 2.4).
  return new ServiceError(
    "resource_exhausted",
    `The item has ${bytes} bytes, which is over the request limit of ${bytesMax} bytes.`,
    { limit: "request_size_limit_exceeded" },
  );
}
