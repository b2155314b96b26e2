// Nanoseconds per message of the hand-written codec beside the generated one. `node dist/transports/grpc/topic-codec.bench.js`

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { _PublishRequestSchema, _SubscriptionItemSchema } from "@subito/wire/cachepubsub";
import type { TopicItem } from "../../ports/topic-engine.js";
import { encodeItemMessages, parsePublishRequest } from "./topic-codec.js";

export interface TopicCodecBenchSize {
  readonly messages: number;
  readonly rounds: number;
}

export interface TopicCodecBenchResult {
  readonly name: string;
  /** Of the best round. */
  readonly handWrittenNs: number;
  readonly generatedNs: number;
}

const TOPICS = 100;
const ITEMS_AT_ONCE = 16;

/** A result that is looked at, so that no call can be left out by the compiler. */
let sink = 0;

function nsPerMessage(
  size: TopicCodecBenchSize,
  messagesPerCall: number,
  run: (i: number) => number,
): number {
  const calls = Math.ceil(size.messages / messagesPerCall);
  let best = Infinity;
  for (let round = 0; round < size.rounds; round++) {
    const startMs = performance.now();
    for (let i = 0; i < calls; i++) sink += run(i);
    best = Math.min(best, ((performance.now() - startMs) * 1e6) / (calls * messagesPerCall));
  }
  return best;
}

function publishRequests(topics: number, valueBytes: number): Buffer[] {
  return Array.from({ length: topics }, (_, i) =>
    Buffer.from(
      toBinary(
        _PublishRequestSchema,
        create(_PublishRequestSchema, {
          cacheName: "default",
          topic: `room-${i}`,
          value: { kind: { case: "text", value: "x".repeat(valueBytes) } },
        }),
      ),
    ),
  );
}

function benchParse(topics: number, valueBytes: number, size: TopicCodecBenchSize): TopicCodecBenchResult {
  const requests = publishRequests(topics, valueBytes);
  const at = (i: number) => requests[i % topics] as Buffer;
  return {
    name: `parse publish, ${valueBytes} B of text, ${topics} topic(s)`,
    handWrittenNs: nsPerMessage(size, 1, (i) => parsePublishRequest(at(i)).value.length),
    generatedNs: nsPerMessage(size, 1, (i) => fromBinary(_PublishRequestSchema, at(i)).topic.length),
  };
}

/** Items as the generated encoder writes them, behind their gRPC prefixes, in one buffer. */
function encodeGenerated(items: readonly TopicItem[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const { sequence, page, publisherId, value, kind } of items) {
    const message = toBinary(
      _SubscriptionItemSchema,
      create(_SubscriptionItemSchema, {
        kind: {
          case: "item",
          value: {
            topicSequenceNumber: BigInt(sequence),
            sequencePage: BigInt(page),
            publisherId,
            value: {
              kind:
                kind === "text"
                  ? { case: "text", value: Buffer.from(value).toString() }
                  : { case: "binary", value: value },
            },
          },
        },
      }),
    );
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    parts.push(prefix, message);
  }
  return Buffer.concat(parts);
}

function benchEncode(
  itemsAtOnce: number,
  valueBytes: number,
  size: TopicCodecBenchSize,
): TopicCodecBenchResult {
  const items = Array.from({ length: itemsAtOnce }, (_, i): TopicItem => ({
    page: 1_795_478_400_000,
    sequence: 1000 + i,
    kind: "binary",
    value: Buffer.alloc(valueBytes, 0x78),
    publisherId: "",
    publishedAtMs: 0,
  }));
  return {
    name: `encode ${itemsAtOnce} item(s), ${valueBytes} B binary`,
    handWrittenNs: nsPerMessage(size, itemsAtOnce, () => encodeItemMessages(items).length),
    generatedNs: nsPerMessage(size, itemsAtOnce, () => encodeGenerated(items).length),
  };
}

export function runTopicCodecBench(size: TopicCodecBenchSize): TopicCodecBenchResult[] {
  const results = [128, 4096].flatMap((valueBytes) => [
    benchParse(1, valueBytes, size),
    benchParse(TOPICS, valueBytes, size),
    benchEncode(1, valueBytes, size),
    benchEncode(ITEMS_AT_ONCE, valueBytes, size),
  ]);
  if (sink === 0) throw new Error("nothing was parsed or encoded");
  return results;
}

if (import.meta.filename === process.argv[1]) {
  for (const { name, handWrittenNs, generatedNs } of runTopicCodecBench({ messages: 200_000, rounds: 5 })) {
    const ratio = (generatedNs / handWrittenNs).toFixed(1);
    console.log(
      `${name}: ${handWrittenNs.toFixed(0)} ns, generated ${generatedNs.toFixed(0)} ns, ${ratio} times`,
    );
  }
}
