// What a frame parser finds, in words; and the same by a plain reading of the whole (RFC 6455 5.2, 5.4, 5.5).

import { lend } from "@subito/fuzz";
import { SocketError } from "../fault.js";
import { FrameParser } from "../frame-parser.js";

/** Small, so that tests meet it. */
export const BYTES_MAX = 300;

const memory = { take: () => true, give: () => undefined };

/** The events of the parser for `pieces`, one behind the other. */
export function parse(pieces: readonly Uint8Array[], mayCompress = false): string[] {
  // The bytes are looked at when all is over: they may be kept.
  const events: { readonly what: string; readonly bytes?: Buffer }[] = [];
  const parser = new FrameParser(
    {
      frame: () => events.push({ what: "frame" }),
      message: (kind, bytes, isCompressed) =>
        events.push({ what: `${isCompressed ? "compressed " : ""}${kind} `, bytes }),
      control: (opcode, bytes) => events.push({ what: `control ${opcode} `, bytes }),
    },
    { limits: { messageBytesMax: BYTES_MAX }, memory },
    mayCompress,
  );
  try {
    for (const piece of pieces) {
      const taken = lend(piece, (view) => parser.receive(view));
      if (taken !== piece.length) throw new Error(`${taken} of ${piece.length} bytes were taken`);
    }
    const what = parser.isInsideFrame
      ? "inside a frame"
      : parser.isInsideMessage
        ? "inside a message"
        : "end";
    events.push({ what });
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    events.push({ what: `error ${error.fault}` });
  }
  return events.map(({ what, bytes }) => what + (bytes?.toString("latin1") ?? ""));
}

interface Header {
  readonly fin: boolean;
  readonly reserved: number;
  readonly opcode: number;
  readonly isMasked: boolean;
  /** Undefined: not written as it must be. */
  readonly payloadBytes: number | undefined;
  readonly headerBytes: number;
}

/** The header at the start of `bytes`; undefined: it is not whole. */
function readHeader(bytes: Buffer): Header | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const short = second % 128;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const isMasked = second >= 128;
  const headerBytes = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (bytes.length < headerBytes) return undefined;
  const long =
    lengthBytes === 2 ? BigInt(bytes.readUInt16BE(2)) : lengthBytes === 8 ? bytes.readBigUInt64BE(2) : 0n;
  const isShortest =
    lengthBytes === 0 || (lengthBytes === 2 ? long >= 126n : long > 0xffffn && long < 1n << 63n);
  return {
    fin: first >= 128,
    reserved: (first >> 4) % 8,
    opcode: first % 16,
    isMasked,
    payloadBytes: isShortest ? (lengthBytes === 0 ? short : Number(long)) : undefined,
    headerBytes,
  };
}

export function parseSlowly(input: Uint8Array, mayCompress = false): string[] {
  const events: string[] = [];
  let bytes = Buffer.from(input);
  let message: { readonly kind: string; bytes: string } | undefined;
  for (;;) {
    if (bytes.length === 0) return [...events, message === undefined ? "end" : "inside a message"];
    const header = readHeader(bytes);
    if (header === undefined) return [...events, "inside a frame"];
    const { fin, reserved, opcode, isMasked, payloadBytes, headerBytes } = header;
    const isControl = opcode >= 8;
    const allowed = mayCompress && (opcode === 1 || opcode === 2) ? [0, 4] : [0];
    const isBroken =
      ![0, 1, 2, 8, 9, 10].includes(opcode) ||
      !allowed.includes(reserved) ||
      !isMasked ||
      payloadBytes === undefined ||
      (isControl && (!fin || payloadBytes > 125)) ||
      (!isControl && (opcode === 0) !== (message !== undefined));
    if (isBroken) return [...events, "error protocol"];
    if (!isControl && (message?.bytes.length ?? 0) + payloadBytes > BYTES_MAX)
      return [...events, "error message_too_big"];
    events.push("frame");
    if (bytes.length - headerBytes < payloadBytes) return [...events, "inside a frame"];
    const key = bytes.subarray(headerBytes - 4, headerBytes);
    const payload = Buffer.from(bytes.subarray(headerBytes, headerBytes + payloadBytes))
      .map((byte, i) => byte ^ (key[i % 4] as number))
      .reduce((text, byte) => text + String.fromCharCode(byte), "");
    bytes = bytes.subarray(headerBytes + payloadBytes);
    if (isControl) {
      events.push(`control ${opcode} ${payload}`);
      continue;
    }
    const kind = `${reserved === 4 ? "compressed " : ""}${opcode === 1 ? "text" : "binary"}`;
    message ??= { kind, bytes: "" };
    message.bytes += payload;
    if (!fin) continue;
    events.push(`${message.kind} ${message.bytes}`);
    message = undefined;
  }
}
