// The bytes of messages to publish: all alike, or each with a stamp of its own.

import { STAMP_BYTES, writeStamp } from "../../wire/stamp.js";
import { OPCODE, applyMask, toMaskedFrame } from "../../wire/websocket.js";

/**
 * When the first of some messages is due, and by how much later each next one is. The stamps say this and not when a message
 * was sent: a driver that comes late must not make the server look fast.
 * @typedef {{ dueNs: number, stepNs: number }} Schedule
 */

export class Messages {
  /** @param {Buffer} bytes  of one message as it is sent @param {number} stampAt  where its stamp goes, -1 for nowhere */
  constructor(bytes, stampAt) {
    this.bytes = bytes;
    this.stampAt = stampAt;
    this.sequence = 0;
  }

  /** @param {Buffer} buffer @param {number} at @param {number} dueNs */
  writeStamp(buffer, at, dueNs) {
    writeStamp(buffer, at, this.sequence++, dueNs);
  }

  /**
   * `count` messages in one piece, which must not be changed.
   * @param {number} count @param {Schedule} schedule
   * @returns {Buffer}
   */
  take(count, { dueNs, stepNs }) {
    const { bytes, stampAt } = this;
    if (count === 1 && stampAt === -1) return bytes;
    const all = Buffer.allocUnsafe(bytes.length * count);
    for (let index = 0; index < count; index++) {
      const at = index * bytes.length;
      bytes.copy(all, at);
      if (stampAt !== -1) this.writeStamp(all, at + stampAt, dueNs + index * stepNs);
    }
    return all;
  }
}

/** Messages whose stamp lies under the mask of a WebSocket frame. */
class MaskedMessages extends Messages {
  /** @param {Buffer} bytes @param {number} stampAt @param {number} maskedFrom  where the masked part begins */
  constructor(bytes, stampAt, maskedFrom) {
    super(bytes, stampAt);
    this.maskOffset = stampAt - maskedFrom;
  }

  /** @param {Buffer} buffer @param {number} at @param {number} dueNs @override */
  writeStamp(buffer, at, dueNs) {
    super.writeStamp(buffer, at, dueNs);
    applyMask(buffer, at, at + STAMP_BYTES, this.maskOffset);
  }
}

/** @param {Buffer} bytes @param {Buffer} payload  which they contain @returns {number} */
function findStamp(bytes, payload) {
  if (payload.length < STAMP_BYTES) throw new Error(`no room for a stamp in ${payload.length} bytes`);
  return bytes.indexOf(payload);
}

/**
 * @param {Buffer} bytes  of one message as it is sent
 * @param {Buffer} payload  which `bytes` contain
 * @param {boolean} stamped
 * @returns {Messages}
 */
export function createMessages(bytes, payload, stamped) {
  return new Messages(bytes, stamped ? findStamp(bytes, payload) : -1);
}

/**
 * Each in a masked text frame.
 * @param {Buffer} text @param {Buffer} payload  which `text` contains @param {boolean} stamped
 * @returns {Messages}
 */
export function createMaskedMessages(text, payload, stamped) {
  const { bytes, payloadAt } = toMaskedFrame(OPCODE.text, text);
  if (!stamped) return new Messages(bytes, -1);
  return new MaskedMessages(bytes, payloadAt + findStamp(text, payload), payloadAt);
}
