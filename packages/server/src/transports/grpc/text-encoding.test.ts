// Names survive the generated decoder unchanged.

import assert from "node:assert/strict";
import { it } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { _SubscriptionRequestSchema } from "@subito/wire/cachepubsub";
import { keepStringsAsTheyAre } from "./text-encoding.js";

it("keeps a byte order mark and every other character, and refuses what is not UTF-8", () => {
  keepStringsAsTheyAre();
  for (const topic of ["\uFEFFx", "\uFEFF", "emoji 😀", "\u0000"]) {
    const bytes = toBinary(_SubscriptionRequestSchema, create(_SubscriptionRequestSchema, { topic }));
    assert.equal(fromBinary(_SubscriptionRequestSchema, bytes).topic, topic);
  }
  assert.throws(() => fromBinary(_SubscriptionRequestSchema, Uint8Array.of(0x12, 1, 0xff)));
});
