// A WebSocket for tests of what is done with one: keeps what is sent, and has as much room as the test says.

import assert from "node:assert/strict";
import type { OutMessage, WebSocketChannel, WebSocketHandler } from "@subito/websocket";

/** A message as a client reads it; `value` is what stands behind the JSON of a binary one. */
export interface SentMessage {
  readonly json: Readonly<Record<string, unknown>>;
  readonly value?: Uint8Array;
}

export class FakeChannel implements WebSocketChannel {
  readonly peerAddress = "127.0.0.1";
  readonly sent: OutMessage[] = [];
  ready = true;
  paused = false;
  /** Set by the test once it has it. */
  handler: WebSocketHandler | undefined;
  /** After how many messages it is not ready any more. */
  room = Infinity;

  send(message: OutMessage): void {
    this.sent.push(message);
    if (--this.room <= 0) this.ready = false;
  }

  close(): void {
    assert.fail("the JSON protocol closes no socket");
  }

  pause(): void {
    assert.ok(!this.paused, "paused twice");
    this.paused = true;
  }

  resume(): void {
    assert.ok(this.paused, "resumed twice");
    this.paused = false;
  }

  /** Makes room for `messages` more. */
  drain(messages = Infinity): void {
    this.room = messages;
    this.ready = true;
    this.handler?.drained();
  }

  /** The messages since the last time. */
  take(): SentMessage[] {
    return this.sent.splice(0).flatMap(({ frames }) => [...readFrames(Buffer.from(frames))]);
  }
}

/** Whole, unmasked text and binary frames (RFC 6455 5.2). */
function* readFrames(frames: Buffer): Generator<SentMessage> {
  for (let at = 0; at < frames.length;) {
    const opcode = frames.readUInt8(at) - 0x80;
    const short = frames.readUInt8(at + 1);
    at += 2;
    let length = short;
    if (short === 126) length = frames.readUInt16BE(at);
    if (short === 127) length = Number(frames.readBigUInt64BE(at));
    at += short < 126 ? 0 : short === 126 ? 2 : 8;
    yield readPayload(opcode, frames.subarray(at, at + length));
    at += length;
  }
}

function readPayload(opcode: number, payload: Buffer): SentMessage {
  if (opcode === 1) return { json: parse(payload) };
  assert.equal(opcode, 2);
  const end = 4 + payload.readUInt32BE(0);
  return { json: parse(payload.subarray(4, end)), value: payload.subarray(end) };
}

function parse(json: Buffer): SentMessage["json"] {
  return JSON.parse(json.toString()) as SentMessage["json"];
}
