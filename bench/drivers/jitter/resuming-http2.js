// A subscriber to Subito that knows where it stands, so that the next connection can go on from there.

import { toRequest } from "../../wire/http2-frames.js";
import { toResumeBody } from "../../wire/pubsub-messages.js";
import { bytesOf, numberOf, readFields } from "../../wire/protobuf-fields.js";
import { Http2Subscriber } from "../protocols/http2.js";

/** Numbers of fields in _TopicItem. */
const SEQUENCE = 1;
const PAGE = 4;
/** The member of _SubscriptionItem whose tag the scanner has taken already. */
const ITEM_TAG_BYTE = Buffer.from([0x0a]);
const ITEM = 1;

/** @typedef {{ sequence: number, page: number }} Place  of the last item received */

export class ResumingHttp2Subscriber extends Http2Subscriber {
  /** @param {import("../protocols/protocol.js").SubscriberOptions} options @param {Place | null} place */
  constructor(options, place) {
    super(options);
    this.place = place;
  }

  /** @param {string} topic */
  subscribe(topic) {
    if (this.place === null) return super.subscribe(topic);
    const streamId = this.addStream();
    const { sequence, page } = this.place;
    return toRequest(streamId, this.headerBlock, toResumeBody(topic, sequence + 1, page));
  }

  /** The whole item is wanted: the page stands behind the payload. */
  get headBytes() {
    return Infinity;
  }

  /** @param {Uint8Array} buffer @param {number} at @param {number} end  of the item's bytes behind its tag */
  onHead(buffer, at, end = buffer.length) {
    super.onHead(buffer, at);
    const message = Buffer.concat([ITEM_TAG_BYTE, buffer.subarray(at, end)]);
    const item = readFields(bytesOf(readFields(message), ITEM) ?? Buffer.alloc(0));
    this.place = { sequence: numberOf(item, SEQUENCE), page: numberOf(item, PAGE) };
  }
}
