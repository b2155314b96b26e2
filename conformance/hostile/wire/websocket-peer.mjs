// A WebSocket that is open already, for whatever frames an attack makes of it (RFC 6455 5.2).

import { once } from "node:events";
import { connect } from "node:net";

import { Http1Peer } from "./http1-peer.mjs";

export const Opcode = Object.freeze({ CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9 });

const handshake =
  "GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n" +
  "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
const headEnd = "\r\n\r\n";
const mask = Buffer.from([1, 2, 3, 4]);

/**
 * A frame of a client. `announced`: the length that its header tells, where that is not the payload's.
 * @param {number} opcode @param {Uint8Array} payload
 * @param {{ fin?: boolean, masked?: boolean, announced?: number }} [options]
 */
export function toFrame(opcode, payload, { fin = true, masked = true, announced = payload.length } = {}) {
  const length = announced < 126 ? Buffer.from([announced]) : Buffer.alloc(9, 127);
  if (announced >= 126) length.writeBigUInt64BE(BigInt(announced), 1);
  length[0] = /** @type {number} */ (length[0]) | (masked ? 0x80 : 0);
  const bytes = masked ? payload.map((byte, at) => byte ^ /** @type {number} */ (mask[at % 4])) : payload;
  return Buffer.concat([
    Buffer.from([(fin ? 0x80 : 0) | opcode]),
    length,
    ...(masked ? [mask] : []),
    Buffer.from(bytes),
  ]);
}

/** Its ending is `close CODE, closed`. */
export class WebSocketPeer extends Http1Peer {
  /** @param {number} port @param {{ reads?: boolean }} [options] */
  static async connect(port, options = {}) {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    await once(socket, "connect");
    const peer = new WebSocketPeer(socket, options);
    await peer.send(handshake);
    await peer.until((text) => text.includes(headEnd));
    return peer;
  }

  /**
   * Sends the same again and again, as fast as it is taken, until it is over.
   * @param {Uint8Array} bytes
   */
  async flood(bytes) {
    while (!this.isEnded) {
      await this.send(bytes);
      // Else what has come would never be looked at.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** @param {string} [last] */
  describe(last) {
    const code = findCloseCode(Buffer.from(this.text(), "latin1"));
    return [...(code === undefined ? [] : [`close ${code}`]), ...(last ? [last] : [])].join(", ");
  }
}

/** @param {Buffer} bytes everything that the server has sent @returns {number | undefined} */
function findCloseCode(bytes) {
  let at = bytes.indexOf(headEnd) + headEnd.length;
  while (at + 2 <= bytes.length) {
    const short = bytes.readUInt8(at + 1);
    const headerBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (at + headerBytes > bytes.length) return undefined;
    const length =
      short === 126
        ? bytes.readUInt16BE(at + 2)
        : short === 127
          ? Number(bytes.readBigUInt64BE(at + 2))
          : short;
    if ((bytes.readUInt8(at) & 15) === Opcode.CLOSE) return bytes.readUInt16BE(at + headerBytes);
    at += headerBytes + length;
  }
  return undefined;
}
