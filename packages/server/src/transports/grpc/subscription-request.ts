// `_SubscriptionRequest` by hand: when thousands of clients come back at once, each brings one.

import type { ResumeCursor } from "../../topics/resume.js";
import { NameCache } from "./name-cache.js";
import { ProtobufReader, WIRE_BYTES, WIRE_VARINT } from "./protobuf-reader.js";

export interface SubscriptionRequest {
  readonly cacheName: string;
  readonly topicName: string;
  readonly cursor: ResumeCursor;
}

const cacheNames = new NameCache();
const topicNames = new NameCache();

/**
 * Reads `_SubscriptionRequest` (wire-contract.md 4.1). Throws ProtobufError for what is not one. Positions above 2^53 - 1 name
 * nothing that exists; they are brought down to that number, which names nothing either.
 */
export function parseSubscriptionRequest(bytes: Uint8Array): SubscriptionRequest {
  const reader = new ProtobufReader(bytes);
  let cacheName = "";
  let topicName = "";
  let sequence = 0;
  let page = 0;
  while (!reader.atEnd()) {
    const tag = reader.tag();
    switch (tag) {
      case (1 << 3) | WIRE_BYTES:
        cacheName = reader.name(cacheNames);
        break;
      case (2 << 3) | WIRE_BYTES:
        topicName = reader.name(topicNames);
        break;
      case (3 << 3) | WIRE_VARINT:
        sequence = reader.cappedUint64();
        break;
      case (4 << 3) | WIRE_VARINT:
        page = reader.cappedUint64();
        break;
      default:
        reader.skip(tag);
    }
  }
  return { cacheName, topicName, cursor: { sequence, page } };
}
