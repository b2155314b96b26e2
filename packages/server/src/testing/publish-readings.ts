// Publish requests read by hand, by the generated code, and by a slow walk: what the tests and the fuzzer hold against each other.

import assert from "node:assert/strict";
import { fromBinary } from "@bufbuild/protobuf";
import { _PublishRequestSchema } from "@subito/wire/cachepubsub";
import { ProtobufError } from "../transports/grpc/protobuf-reader.js";
import { parsePublishRequest } from "../transports/grpc/topic-codec.js";

/** What a request says, in a form that compares; undefined when it is not one. */
export type Reading =
  { cacheName: string; topicName: string; kind: string | undefined; value: string } | undefined;

export function readByHand(bytes: Uint8Array): Reading {
  try {
    const { cacheName, topicName, kind, value } = parsePublishRequest(bytes);
    return { cacheName, topicName, kind, value: Buffer.from(value).toString("hex") };
  } catch (error) {
    assert.ok(error instanceof ProtobufError, String(error));
    return undefined;
  }
}

export function readGenerated(bytes: Uint8Array): Reading {
  try {
    const { cacheName, topic, value } = fromBinary(_PublishRequestSchema, bytes);
    const kind = value?.kind ?? { case: undefined, value: undefined };
    const hex = Buffer.from(kind.value ?? "").toString("hex");
    return { cacheName, topicName: topic, kind: kind.case, value: hex };
  } catch {
    return undefined;
  }
}

/** The generated decoder takes a byte order mark from the front of a string, which the protobuf specification does not. */
export function withoutMarks(reading: Reading): Reading {
  if (reading === undefined) return undefined;
  const { cacheName, topicName, kind, value } = reading;
  const unmark = (name: string) => name.replace(/^\ufeff/, "");
  const unmarkedValue = kind === "text" ? value.replace(/^efbbbf/, "") : value;
  return { cacheName: unmark(cacheName), topicName: unmark(topicName), kind, value: unmarkedValue };
}

/**
 * A slow walk over the fields that makes two things plain in which the generated decoder is laxer than the specification:
 * a known field with another wire type is an unknown field (it reads it nevertheless), and what is inside of a message, a group,
 * or a varint ends with it (it reads on). Undefined when the bytes break such a rule; else the bytes without those fields.
 */
export function toStrict(bytes: Uint8Array, depth = 0): Uint8Array | undefined {
  let at = 0;
  const groups: number[] = [];
  const kept: Uint8Array[] = [];
  const varint = (): bigint | undefined => {
    for (let i = 0, value = 0n; i < 10 && at < bytes.length; i++) {
      const byte = bytes[at++] as number;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const start = at;
    const tag = varint();
    if (tag === undefined || at - start > 5 || tag >> 32n !== 0n || tag >> 3n === 0n) return undefined;
    const field = Number(tag >> 3n);
    const wireType = Number(tag & 7n);
    const contentAt = at;
    let content: Uint8Array | undefined;
    if (wireType === 0) {
      if (varint() === undefined) return undefined;
    } else if (wireType === 1 || wireType === 5) {
      at += wireType === 1 ? 8 : 4;
    } else if (wireType === 2) {
      const length = varint();
      if (length === undefined || at - contentAt > 5 || length > BigInt(bytes.length - at)) return undefined;
      content = bytes.subarray(at, at + Number(length));
      at += content.length;
    } else if (wireType === 3) {
      groups.push(field);
    } else if (wireType !== 4 || groups.pop() !== field) {
      return undefined;
    }
    if (at > bytes.length) return undefined;
    if (groups.length > 0 || wireType === 4 || content === undefined || field > (depth === 0 ? 3 : 2))
      continue;
    if (depth === 0 && field === 3) content = toStrict(content, 1);
    if (content === undefined) return undefined;
    kept.push(Uint8Array.of((field << 3) | 2), toVarint(content.length), content);
  }
  return groups.length > 0 ? undefined : Buffer.concat(kept);
}

export function toVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.of(...bytes, rest);
}
