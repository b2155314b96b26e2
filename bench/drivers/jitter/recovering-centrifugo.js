// A subscriber to Centrifugo that knows where it stands (offset and epoch), so that the next connection can recover from there.

import { toField, toNumberField } from "../../wire/pubsub-messages.js";
import { bytesOf, numberOf, readFields, readVarint } from "../../wire/protobuf-fields.js";
import { CentrifugoSubscriber, toCommandFrame } from "../protocols/centrifugo.js";

/** Numbers of fields in the client protocol (version 2). */
const COMMAND = { id: 1, subscribe: 5 };
const REQUEST = { channel: 1, recover: 3, epoch: 6, offset: 7 };
const REPLY = { error: 2, push: 4, subscribe: 6 };
const PUSH = { publication: 4 };
const PUBLICATION = { data: 4, offset: 6 };
const RESULT = { epoch: 6, publications: 7, recovered: 8, offset: 9, wasRecovering: 12 };
const SUBSCRIBE_ID = 2;

/** Data is JSON text: the payload begins behind its quote. */
const QUOTE_BYTES = 1;

/** @typedef {{ offset: number, epoch: string }} Place  of the last publication received */

export class RecoveringCentrifugoSubscriber extends CentrifugoSubscriber {
  /** @param {import("../protocols/protocol.js").SubscriberOptions} options @param {Place | null} place */
  constructor(options, place) {
    super(options);
    this.place = place;
    /** The message that is coming in. @type {Buffer[]} */
    this.pieces = [];
  }

  /** @param {string} topic @override */
  subscribe(topic) {
    const request = [toField(REQUEST.channel, Buffer.from(topic))];
    if (this.place !== null) {
      request.push(toNumberField(REQUEST.recover, 1));
      request.push(toField(REQUEST.epoch, Buffer.from(this.place.epoch)));
      request.push(toNumberField(REQUEST.offset, this.place.offset));
    }
    const command = [
      toNumberField(COMMAND.id, SUBSCRIBE_ID),
      toField(COMMAND.subscribe, Buffer.concat(request)),
    ];
    return this.sendWhenUsable(toCommandFrame(Buffer.concat(command)));
  }

  /** @param {Uint8Array} buffer @param {number} start @param {number} end @override */
  onPiece(buffer, start, end) {
    this.pieces.push(Buffer.from(buffer.subarray(start, end)));
  }

  /** @override */
  onMessageEnd() {
    const message = Buffer.concat(this.pieces);
    this.pieces = [];
    let at = 0;
    while (at < message.length) {
      const { value: length, end } = readVarint(message, at);
      // An empty reply is a ping; an empty command answers it.
      if (length === 0) this.answers.push(toCommandFrame(Buffer.alloc(0)));
      else this.takeReply(readFields(message.subarray(end, end + length)));
      at = end + length;
    }
  }

  /** @param {import("../../wire/protobuf-fields.js").Field[]} reply */
  takeReply(reply) {
    const error = bytesOf(reply, REPLY.error);
    if (error !== null) this.error ??= `refused: ${error.toString("latin1")}`;
    const result = bytesOf(reply, REPLY.subscribe);
    if (result !== null) this.takeSubscribed(readFields(result));
    const push = bytesOf(reply, REPLY.push);
    const publication = push === null ? null : bytesOf(readFields(push), PUSH.publication);
    if (publication !== null) this.takePublication(publication);
  }

  /** @param {import("../../wire/protobuf-fields.js").Field[]} result */
  takeSubscribed(result) {
    this.ready += 1;
    if (numberOf(result, RESULT.wasRecovering) === 1 && numberOf(result, RESULT.recovered) === 0)
      this.lost += 1;
    const epoch = bytesOf(result, RESULT.epoch)?.toString() ?? "";
    this.place = { offset: numberOf(result, RESULT.offset), epoch };
    for (const { number, value } of result)
      if (number === RESULT.publications && Buffer.isBuffer(value)) this.takePublication(value);
  }

  /** @param {Buffer} publication */
  takePublication(publication) {
    const fields = readFields(publication);
    const data = bytesOf(fields, PUBLICATION.data);
    if (data === null) return;
    this.delivered += 1;
    this.recorder?.record(data, QUOTE_BYTES);
    const epoch = this.place?.epoch ?? "";
    this.place = { offset: numberOf(fields, PUBLICATION.offset), epoch };
  }
}
