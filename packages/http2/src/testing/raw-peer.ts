// A client for tests that speaks raw frames to a connection in memory: what it sends is exactly what a test says, and every
// write of the server is recorded as it came.

import { lend } from "@subito/fuzz";
import type { ByteSink } from "../byte-sink.js";
import type { Http2Connection } from "../connection.js";
import { CONNECTION_FAULTS, type ConnectionFault, type StreamFault } from "../fault.js";
import { CLIENT_PREFACE, FRAME_HEADER_BYTES, FrameType, Flag } from "../frame-types.js";
import { readUint32, writeFrameHeader, writeUint32 } from "../frames.js";
import { HpackDecoder } from "../hpack/decoder.js";
import { encodeHeaders } from "../hpack/encoder.js";
import { InternTable } from "../hpack/intern-table.js";
import type { Http2Limits } from "../limits.js";
import { type Http2Server, createHttp2Server } from "../server.js";
import type { Http2Stream, StreamEnd, StreamHandler } from "../stream.js";

export interface ReceivedFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

export function rawFrame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array = new Uint8Array(0),
): Buffer {
  const out = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
  writeFrameHeader(out, 0, payload.length, type, flags, streamId);
  out.set(payload, FRAME_HEADER_BYTES);
  return out;
}

export function uint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  writeUint32(out, 0, value);
  return out;
}

export function setting(id: number, value: number): Buffer {
  const out = Buffer.alloc(6);
  out.writeUInt16BE(id, 0);
  out.writeUInt32BE(value, 2);
  return out;
}

export const emptySettings: Buffer = rawFrame(FrameType.SETTINGS, 0, 0);

export function requestBlock(
  path = "/",
  extra: readonly (readonly [string, string])[] = [],
  method = "POST",
): Uint8Array {
  return encodeHeaders([
    [":method", method],
    [":scheme", "http"],
    [":path", path],
    [":authority", "localhost"],
    ...extra,
  ]);
}

/** What the server's application saw of one request, for tests to look at and to answer. */
export class SeenRequest implements StreamHandler {
  readonly stream: Http2Stream;
  readonly body: Buffer[] = [];
  ended = false;
  closedHow: StreamEnd | undefined;
  writableCalls = 0;
  onEnd: ((request: SeenRequest) => void) | undefined;
  onWritable: ((request: SeenRequest) => void) | undefined;

  constructor(stream: Http2Stream) {
    this.stream = stream;
  }

  data(bytes: Uint8Array): void {
    this.body.push(Buffer.from(bytes));
  }

  end(): void {
    this.ended = true;
    this.onEnd?.(this);
  }

  writable(): void {
    this.writableCalls++;
    this.onWritable?.(this);
  }

  closed(how: StreamEnd): void {
    if (this.closedHow !== undefined) throw new Error("closed twice");
    this.closedHow = how;
  }
}

export class RawPeer implements ByteSink {
  readonly peerAddress = "192.0.2.1";
  readonly connection: Http2Connection;
  /** Every write as it came: one entry a call. */
  readonly writes: Buffer[] = [];
  readonly requests: SeenRequest[] = [];
  readonly errors: { fault: ConnectionFault; code: number; reason: string; cause: unknown }[] = [];
  readonly streamErrors: StreamFault[] = [];
  /** While false, the sink keeps what is written, as a full socket does. */
  takes = true;
  ended = false;
  destroyed = false;
  paused = false;
  nowMs = 0;
  /** Called for every new request, before anything of its body. */
  onRequest: ((request: SeenRequest) => void) | undefined;
  readonly #server: Http2Server;
  #work: { flush(): void }[] = [];
  #received = Buffer.alloc(0);
  readonly #decoder = new HpackDecoder({
    tableBytesMax: 4096,
    headerListBytesMax: 1 << 20,
    interned: new InternTable({ seed: 1 }),
  });

  constructor(limits: Partial<Http2Limits> = {}) {
    const server = createHttp2Server({
      turn: { write: (work) => this.#work.push(work) },
      monotonicMs: () => this.nowMs,
      seed: 7,
      limits,
      onRequest: (stream) => {
        const request = new SeenRequest(stream);
        this.requests.push(request);
        this.onRequest?.(request);
        return request;
      },
      onConnectionError: (fault, reason, cause) =>
        this.errors.push({ fault, code: CONNECTION_FAULTS[fault], reason, cause }),
      onStreamError: (fault) => this.streamErrors.push(fault),
    });
    this.#server = server;
    this.connection = server.connect(this);
  }

  /** Bytes that wait for this peer, as the server counts them. */
  get outboxBytes(): number {
    return this.#server.outboxBudget.bytes;
  }

  // ---- ByteSink ----

  write(bytes: Uint8Array): boolean {
    // A copy: the server may use its buffer again.
    const copy = Buffer.from(bytes);
    this.writes.push(copy);
    this.#received = Buffer.concat([this.#received, copy]);
    return this.takes;
  }

  writeMany(pieces: readonly Uint8Array[]): boolean {
    return this.write(Buffer.concat(pieces));
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
  }

  // ---- what a test does ----

  /** Sends bytes, then lets the turn end. */
  send(...parts: readonly Uint8Array[]): this {
    lend(Buffer.concat(parts), (view) => this.connection.receive(view));
    this.endTurn();
    return this;
  }

  endTurn(): void {
    while (this.#work.length > 0) this.#work.shift()?.flush();
  }

  /** The sink takes again what it kept. */
  drain(): void {
    this.takes = true;
    this.connection.drained();
    this.endTurn();
  }

  /** Preface and SETTINGS; forgets what the server has sent until now. */
  handshake(...settings: readonly Uint8Array[]): this {
    this.send(CLIENT_PREFACE, rawFrame(FrameType.SETTINGS, 0, 0, Buffer.concat(settings)));
    this.frames();
    return this;
  }

  request(
    streamId: number,
    path = "/",
    body?: Uint8Array,
    extra: readonly (readonly [string, string])[] = [],
  ): this {
    const endFlag = body === undefined ? Flag.END_STREAM : 0;
    const headers = rawFrame(
      FrameType.HEADERS,
      Flag.END_HEADERS | endFlag,
      streamId,
      requestBlock(path, extra),
    );
    if (body === undefined) return this.send(headers);
    return this.send(headers, rawFrame(FrameType.DATA, Flag.END_STREAM, streamId, body));
  }

  seconds(count: number): void {
    for (let i = 0; i < count; i++) {
      this.nowMs += 1000;
      this.connection.tick();
      this.endTurn();
    }
  }

  /** The frames received since the last call. */
  frames(): ReceivedFrame[] {
    const frames: ReceivedFrame[] = [];
    let at = 0;
    while (this.#received.length - at >= FRAME_HEADER_BYTES) {
      const payloadBytes = this.#received.readUIntBE(at, 3);
      const end = at + FRAME_HEADER_BYTES + payloadBytes;
      if (this.#received.length < end) break;
      frames.push({
        type: this.#received[at + 3] as number,
        flags: this.#received[at + 4] as number,
        streamId: readUint32(this.#received, at + 5),
        payload: Buffer.from(this.#received.subarray(at + FRAME_HEADER_BYTES, end)),
      });
      at = end;
    }
    this.#received = this.#received.subarray(at);
    return frames;
  }

  /** The code of the GOAWAY among the frames since the last call; undefined without one. */
  goawayCode(): number | undefined {
    const frame = this.frames().find(({ type }) => type === FrameType.GOAWAY);
    return frame === undefined ? undefined : readUint32(frame.payload, 4);
  }

  /** The code of the RST_STREAM for a stream among the frames since the last call. */
  resetCode(streamId: number): number | undefined {
    const frame = this.frames().find(
      (each) => each.type === FrameType.RST_STREAM && each.streamId === streamId,
    );
    return frame === undefined ? undefined : readUint32(frame.payload, 0);
  }

  fields(frame: ReceivedFrame): Record<string, string> {
    const { fields } = this.#decoder.decode(frame.payload);
    const found: Record<string, string> = {};
    for (let i = 0; i < fields.length; i += 2) found[fields[i] as string] = fields[i + 1] as string;
    return found;
  }
}
