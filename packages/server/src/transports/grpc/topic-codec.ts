// The two hot messages by hand: a publish request in, subscription items out. Held against the generated code by property tests.

import { isUtf8 } from "node:buffer";
import type { TopicItem, TopicValue } from "../../ports/topic-engine.js";
import type { Discontinuity } from "../../topics/sink.js";
import { NameCache } from "./name-cache.js";
import { ProtobufReader, ProtobufError, WIRE_BYTES } from "./protobuf-reader.js";
import {
  PREFIX_BYTES,
  stringBytes,
  varintBytes,
  writeBytes,
  writePrefix,
  writeString,
  writeVarint,
} from "./protobuf-writer.js";

export interface PublishRequest {
  readonly cacheName: string;
  readonly topicName: string;
  /** Undefined when the request brings no value. */
  readonly kind: TopicValue["kind"] | undefined;
  /** A view into the message. */
  readonly value: Uint8Array;
}

const nothing = new Uint8Array(0);
const cacheNames = new NameCache();
const topicNames = new NameCache();

/** Reads `_PublishRequest` (wire-contract.md 4.1). Throws ProtobufError for what is not one. */
export function parsePublishRequest(bytes: Uint8Array): PublishRequest {
  const reader = new ProtobufReader(bytes);
  let cacheName = "";
  let topicName = "";
  let kind: PublishRequest["kind"];
  let value: Uint8Array = nothing;
  while (!reader.atEnd()) {
    const tag = reader.tag();
    switch (tag) {
      case (1 << 3) | WIRE_BYTES:
        cacheName = reader.name(cacheNames);
        break;
      case (2 << 3) | WIRE_BYTES:
        topicName = reader.name(topicNames);
        break;
      case (3 << 3) | WIRE_BYTES: {
        // A message that comes twice is merged: of its one value, the last counts.
        const outerEnd = reader.enter();
        while (!reader.atEnd()) {
          const innerTag = reader.tag();
          if (innerTag === ((1 << 3) | WIRE_BYTES)) {
            kind = "text";
            value = reader.bytes();
            if (!isUtf8(value)) throw new ProtobufError("text that is not UTF-8");
          } else if (innerTag === ((2 << 3) | WIRE_BYTES)) {
            kind = "binary";
            value = reader.bytes();
          } else {
            reader.skip(innerTag);
          }
        }
        reader.leave(outerEnd);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
  return { cacheName, topicName, kind, value };
}

// Tags of one byte each: field number and wire type.
const ITEM_ITEM = 0x0a;
const ITEM_DISCONTINUITY = 0x12;
const ITEM_HEARTBEAT = 0x1a;
const SEQUENCE = 0x08;
const VALUE = 0x12;
const PUBLISHER_ID = 0x1a;
const PAGE = 0x20;
const TEXT = 0x0a;
const BINARY = 0x12;
const LAST_SEQUENCE = 0x08;
const NEW_SEQUENCE = 0x10;
const NEW_PAGE = 0x18;

/** Bytes of `_TopicValue`, which holds its one field even when that is empty. */
function valueMessageBytes(item: TopicItem): number {
  return 1 + varintBytes(item.value.length) + item.value.length;
}

/** Bytes of a number field; proto3 leaves zeros out. */
function numberFieldBytes(value: number): number {
  return value === 0 ? 0 : 1 + varintBytes(value);
}

function topicItemBytes(item: TopicItem): number {
  const valueBytes = valueMessageBytes(item);
  const idBytes = item.publisherId === "" ? 0 : stringBytes(item.publisherId);
  return (
    numberFieldBytes(item.sequence) +
    1 +
    varintBytes(valueBytes) +
    valueBytes +
    (idBytes === 0 ? 0 : 1 + varintBytes(idBytes) + idBytes) +
    numberFieldBytes(item.page)
  );
}

/** `_SubscriptionItem` messages of these items, each behind its gRPC prefix, in one buffer. */
export function encodeItemMessages(items: readonly TopicItem[]): Buffer {
  let total = 0;
  for (const item of items) {
    const itemBytes = topicItemBytes(item);
    total += PREFIX_BYTES + 1 + varintBytes(itemBytes) + itemBytes;
  }
  const out = Buffer.allocUnsafe(total);
  let at = 0;
  for (const item of items) at = writeItemMessage(out, at, item);
  return out;
}

function writeItemMessage(out: Buffer, start: number, item: TopicItem): number {
  const itemBytes = topicItemBytes(item);
  let at = writePrefix(out, start, 1 + varintBytes(itemBytes) + itemBytes);
  out[at++] = ITEM_ITEM;
  at = writeVarint(out, at, itemBytes);
  at = writeNumberField(out, at, SEQUENCE, item.sequence);
  out[at++] = VALUE;
  at = writeVarint(out, at, valueMessageBytes(item));
  out[at++] = item.kind === "text" ? TEXT : BINARY;
  at = writeVarint(out, at, item.value.length);
  at = writeBytes(out, at, item.value);
  if (item.publisherId !== "") {
    out[at++] = PUBLISHER_ID;
    at = writeString(out, at, item.publisherId);
  }
  return writeNumberField(out, at, PAGE, item.page);
}

function writeNumberField(out: Buffer, at: number, tag: number, value: number): number {
  if (value === 0) return at;
  out[at] = tag;
  return writeVarint(out, at + 1, value);
}

/** A `_SubscriptionItem` with a discontinuity, behind its gRPC prefix. */
export function encodeDiscontinuityMessage({ lastSequence, newSequence, newPage }: Discontinuity): Buffer {
  const bytes = numberFieldBytes(lastSequence) + numberFieldBytes(newSequence) + numberFieldBytes(newPage);
  const out = Buffer.allocUnsafe(PREFIX_BYTES + 2 + bytes);
  let at = writePrefix(out, 0, 2 + bytes);
  out[at++] = ITEM_DISCONTINUITY;
  // Three numbers of at most eight bytes and their tags: the length is one byte.
  out[at++] = bytes;
  at = writeNumberField(out, at, LAST_SEQUENCE, lastSequence);
  at = writeNumberField(out, at, NEW_SEQUENCE, newSequence);
  writeNumberField(out, at, NEW_PAGE, newPage);
  return out;
}

/** A `_SubscriptionItem` with a heartbeat, behind its gRPC prefix. */
export const heartbeatMessage: Uint8Array = Buffer.from([0, 0, 0, 0, 2, ITEM_HEARTBEAT, 0]);
