// Close frames (RFC 6455 5.5.1, 7.4): what a peer may say in one, and how ours are made.

import { isUtf8 } from "node:buffer";
import { SocketError } from "./fault.js";
import { CONTROL_BYTES_MAX } from "./frame-header.js";
import { Opcode } from "./opcode.js";
import { controlFrame } from "./out-message.js";

/** The payload of a peer's Close frame; its code, or undefined when it has none. Throws SocketError. */
export function parseClose(payload: Buffer): number | undefined {
  if (payload.length === 0) return undefined;
  if (payload.length === 1) throw new SocketError("protocol", "a Close frame with half a code");
  const code = payload.readUInt16BE(0);
  if (!mayBeSent(code)) throw new SocketError("protocol", "a Close frame with a code that may not be sent");
  if (!isUtf8(payload.subarray(2))) throw new SocketError("bad_text", "the reason of a Close is not UTF-8");
  return code;
}

/** Those with a meaning of their own, and those of libraries and applications. 1004 to 1006 and 1015 mean that none was sent. */
function mayBeSent(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

/** `reason` is cut to what a control frame holds, between characters. Without a code: the answer to a Close frame without one. */
export function closeFrame(code: number | undefined, reason = ""): Uint8Array {
  if (code === undefined) return controlFrame(Opcode.CLOSE, new Uint8Array(0));
  const payload = Buffer.allocUnsafe(CONTROL_BYTES_MAX);
  payload.writeUInt16BE(code, 0);
  return controlFrame(Opcode.CLOSE, payload.subarray(0, 2 + payload.write(reason, 2)));
}
