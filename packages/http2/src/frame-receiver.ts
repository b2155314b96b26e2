// The receiving half of a connection: every frame is held against RFC 9113 and turned into what happens to streams.

import { AbuseBudget } from "./abuse-budget.js";
import { ClosedStreams } from "./closed-streams.js";
import type { ConnectionContext } from "./context.js";
import type { ErrorCode } from "./error-code.js";
import { ConnectionError, STREAM_FAULTS, type StreamFault } from "./fault.js";
import type { FrameHandler } from "./frame-parser.js";
import { FrameType, Flag } from "./frame-types.js";
import { pingAckFrame, readUint32 } from "./frames.js";
import { checkFrameHeader } from "./frame-rules.js";
import { HeaderAssembly } from "./header-assembly.js";
import { HpackDecoder } from "./hpack/decoder.js";
import type { HeaderBlock } from "./hpack/header-block.js";
import { HpackError } from "./hpack/hpack-error.js";
import { type PeerSettings, parseSettings } from "./peer-settings.js";
import {
  MalformedHeaders,
  type RequestHeaders,
  parseRequestHeaders,
  trailersFault,
} from "./request-headers.js";
import type { Http2Stream } from "./stream.js";

export type WindowOutcome = "opened" | "crumb" | "too-wide";

/** What a WINDOW_UPDATE costs that lets only a crumb of the waiting bytes go. */
const CRUMB_COST = 100;

/** What the receiving half does to its connection. */
export interface ReceivingConnection {
  readonly streams: ReadonlyMap<number, Http2Stream>;
  /** False once the last GOAWAY has been sent: later streams are refused. */
  readonly acceptsStreams: boolean;
  openStream(streamId: number, headers: RequestHeaders): Http2Stream;
  /** The peer has sent END_STREAM. */
  remoteEnd(stream: Http2Stream): void;
  /** The peer has reset the stream. */
  remoteReset(stream: Http2Stream): void;
  resetStream(stream: Http2Stream, code: ErrorCode): void;
  /** Answers a stream that was never opened. */
  refuse(streamId: number, code: ErrorCode): void;
  refuseWithStatus(streamId: number, status: "431", endStream: boolean): void;
  /** DATA was received on a live stream, or (undefined) on one that is over. */
  received(stream: Http2Stream | undefined, payloadBytes: number): void;
  applySettings(settings: PeerSettings): void;
  send(bytes: Uint8Array): void;
  /** Says so when it opened a window by a crumb, or would have opened a stream's too wide: then nothing was changed. */
  windowUpdate(streamId: number, incrementBytes: number): WindowOutcome;
  peerGoesAway(): void;
}

export class FrameReceiver implements FrameHandler {
  /** The highest stream id the peer has used. */
  lastStreamId = 0;
  readonly closed = new ClosedStreams();
  readonly #connection: ReceivingConnection;
  readonly #context: ConnectionContext;
  readonly #decoder: HpackDecoder;
  readonly #resets: AbuseBudget;
  readonly #answers: AbuseBudget;
  readonly #settingsFrames: AbuseBudget;
  readonly #idleFrames: AbuseBudget;
  readonly #windowUpdates: AbuseBudget;
  #hasSettings = false;
  /** Of the present DATA frame, without padding. */
  #dataBytes = 0;
  /** The header block that CONTINUATION frames go on with. */
  #assembly: HeaderAssembly | undefined;
  /** The stream of the DATA frame that is being received; undefined when its bytes are dropped. */
  #dataStream: Http2Stream | undefined;

  constructor(connection: ReceivingConnection, context: ConnectionContext) {
    const { limits, interned } = context;
    this.#connection = connection;
    this.#context = context;
    this.#decoder = new HpackDecoder({
      tableBytesMax: limits.headerTableBytesMax,
      headerListBytesMax: limits.headerListBytesMax,
      interned,
    });
    this.#resets = new AbuseBudget(limits.resetsBurstMax, limits.resetsPerSecondMax);
    this.#answers = new AbuseBudget(limits.answersBurstMax, limits.answersPerSecondMax);
    this.#settingsFrames = new AbuseBudget(limits.settingsBurstMax, limits.settingsPerSecondMax);
    this.#windowUpdates = new AbuseBudget(limits.windowUpdatesBurstMax, limits.windowUpdatesPerSecondMax);
    this.#idleFrames = new AbuseBudget(limits.idleFramesBurstMax, limits.idleFramesPerSecondMax);
  }

  /** The peer's connection preface is complete: its SETTINGS have begun to come (RFC 9113 3.4). */
  get hasSettings(): boolean {
    return this.#hasSettings;
  }

  /** True while a header block is incomplete. */
  get insideHeaderBlock(): boolean {
    return this.#assembly !== undefined;
  }

  refill(elapsedMs: number): void {
    this.#resets.refill(elapsedMs);
    this.#answers.refill(elapsedMs);
    this.#settingsFrames.refill(elapsedMs);
    this.#idleFrames.refill(elapsedMs);
    this.#windowUpdates.refill(elapsedMs);
  }

  frameHeader(type: number, flags: number, streamId: number, payloadBytes: number): void {
    checkFrameHeader(type, flags, streamId, payloadBytes, this.#context.limits.frameBytesMax);
    if (!this.#hasSettings) {
      if (type !== FrameType.SETTINGS || (flags & Flag.ACK) !== 0) {
        throw new ConnectionError("protocol", "the first frame is not SETTINGS");
      }
      this.#hasSettings = true;
    }
    if (this.#assembly !== undefined) {
      if (type !== FrameType.CONTINUATION || streamId !== this.#assembly.streamId) {
        throw new ConnectionError("protocol", "a header block was interrupted");
      }
    } else if (type === FrameType.CONTINUATION) {
      throw new ConnectionError("protocol", "CONTINUATION without HEADERS");
    }
    if (type === FrameType.DATA) this.#startData(flags, streamId, payloadBytes);
    else if (type > FrameType.CONTINUATION || type === FrameType.PRIORITY) this.#takeIdleFrame();
  }

  frame(type: number, flags: number, streamId: number, payload: Uint8Array): void {
    switch (type) {
      case FrameType.HEADERS:
        this.#headers(flags, streamId, payload);
        break;
      case FrameType.PRIORITY:
        // Priorities are not used (RFC 9113 5.3.2); a stream that depends on itself is still an error (RFC 7540 5.3.1).
        if ((readUint32(payload, 0) & 0x7fff_ffff) === streamId) {
          // No RST_STREAM for an idle stream (RFC 9113 6.4).
          this.#checkNotIdle(streamId);
          this.#streamError(streamId, "protocol");
        }
        break;
      case FrameType.RST_STREAM:
        this.#rstStream(streamId);
        break;
      case FrameType.SETTINGS:
        this.#settings(flags, payload);
        break;
      case FrameType.PING:
        if ((flags & Flag.ACK) !== 0) {
          this.#takeIdleFrame();
          break;
        }
        this.#takeAnswer();
        this.#connection.send(pingAckFrame(payload));
        break;
      case FrameType.GOAWAY:
        this.#takeIdleFrame();
        this.#connection.peerGoesAway();
        break;
      case FrameType.WINDOW_UPDATE:
        this.#windowUpdate(streamId, payload);
        break;
      case FrameType.CONTINUATION:
        this.#continuation(flags, payload);
        break;
      default:
        throw new ConnectionError("protocol", "a frame that only servers send");
    }
  }

  #startData(flags: number, streamId: number, payloadBytes: number): void {
    const stream = this.#connection.streams.get(streamId);
    this.#dataStream = stream;
    if (payloadBytes === 0 && (flags & Flag.END_STREAM) === 0) this.#takeIdleFrame();
    if (stream === undefined) {
      this.#checkNotIdle(streamId);
      // What was under way when we closed the stream is dropped; anything else comes too late (RFC 9113 5.1).
      if (this.closed.find(streamId) !== "us") this.#streamError(streamId, "stream_closed");
      return;
    }
    if (stream.remoteEnded) {
      this.#dataStream = undefined;
      this.#streamError(streamId, "stream_closed");
    } else if (payloadBytes > stream.receiveWindowBytes) {
      this.#dataStream = undefined;
      this.#streamError(streamId, "flow_control");
    }
  }

  dataPiece(streamId: number, piece: Uint8Array, isLast: boolean): void {
    const stream = this.#dataStream;
    if (stream === undefined || stream.over) return;
    this.#dataBytes += piece.length;
    stream.receivedBytes += piece.length;
    const declaredBytes = stream.headers.contentLengthBytes;
    if (declaredBytes >= 0 && stream.receivedBytes > declaredBytes) {
      this.#streamError(streamId, "content_length");
      return;
    }
    stream.handler?.data(piece, isLast);
  }

  dataEnd(flags: number, _streamId: number, payloadBytes: number): void {
    const stream = this.#dataStream;
    this.#dataStream = undefined;
    const live = stream !== undefined && !stream.over ? stream : undefined;
    const ends = (flags & Flag.END_STREAM) !== 0;
    // All padding. (An empty frame was counted with its header.)
    if (live !== undefined && payloadBytes > 0 && this.#dataBytes === 0 && !ends) this.#takeIdleFrame();
    this.#dataBytes = 0;
    // A stream that ends needs no more window.
    this.#connection.received(ends ? undefined : live, payloadBytes);
    if (ends && live !== undefined) this.#endRemote(live);
  }

  #endRemote(stream: Http2Stream): void {
    const declaredBytes = stream.headers.contentLengthBytes;
    if (declaredBytes >= 0 && stream.receivedBytes !== declaredBytes) {
      this.#streamError(stream.id, "content_length");
    } else {
      this.#connection.remoteEnd(stream);
    }
  }

  #headers(flags: number, streamId: number, payload: Uint8Array): void {
    const assembly = new HeaderAssembly(streamId, flags, payload);
    if ((flags & Flag.END_HEADERS) !== 0) this.#headerBlock(assembly);
    else this.#assembly = assembly.keep();
  }

  #continuation(flags: number, payload: Uint8Array): void {
    const assembly = this.#assembly as HeaderAssembly;
    if (payload.length === 0) this.#takeIdleFrame();
    assembly.append(payload, this.#context.limits);
    if ((flags & Flag.END_HEADERS) === 0) return;
    this.#assembly = undefined;
    this.#headerBlock(assembly);
  }

  #headerBlock(assembly: HeaderAssembly): void {
    // Decoded whatever becomes of the stream: the dynamic table must follow the peer's.
    const block = this.#decode(assembly.block());
    const { streamId, endStream } = assembly;
    const stream = this.#connection.streams.get(streamId);
    if (stream !== undefined) {
      this.#trailers(stream, block, endStream);
      return;
    }
    if (streamId <= this.lastStreamId) {
      const by = this.closed.find(streamId);
      if (by === "us") {
        this.#takeIdleFrame();
        return;
      }
      throw by === "peer"
        ? new ConnectionError("stream_closed", "HEADERS on a closed stream")
        : new ConnectionError("protocol", "stream ids must grow");
    }
    this.lastStreamId = streamId;
    this.#request(assembly, block);
  }

  #request(assembly: HeaderAssembly, block: HeaderBlock): void {
    const { streamId, endStream } = assembly;
    const connection = this.#connection;
    if (!connection.acceptsStreams || connection.streams.size >= this.#context.limits.concurrentStreamsMax) {
      this.#streamError(streamId, "refused_stream");
      return;
    }
    if (block.tooLarge) {
      this.#takeReset();
      this.#context.onStreamError("header_list_too_large");
      connection.refuseWithStatus(streamId, "431", endStream);
      return;
    }
    const headers = parseRequestHeaders(block);
    if (headers instanceof MalformedHeaders || assembly.dependsOnItself) {
      this.#streamError(streamId, "malformed");
      return;
    }
    const stream = connection.openStream(streamId, headers);
    if (endStream && !stream.over) this.#endRemote(stream);
  }

  #trailers(stream: Http2Stream, block: HeaderBlock, endStream: boolean): void {
    if (stream.remoteEnded) {
      this.#streamError(stream.id, "stream_closed");
    } else if (!endStream || block.tooLarge || trailersFault(block) !== undefined) {
      this.#streamError(stream.id, "malformed");
    } else {
      this.#endRemote(stream);
    }
  }

  #decode(block: Uint8Array): HeaderBlock {
    try {
      return this.#decoder.decode(block);
    } catch (error) {
      if (!(error instanceof HpackError)) throw error;
      throw new ConnectionError("compression", error.message);
    }
  }

  #rstStream(streamId: number): void {
    this.#checkNotIdle(streamId);
    const stream = this.#connection.streams.get(streamId);
    // Ending a stream that is being answered is how clients unsubscribe: only work thrown away before is suspicious.
    if (stream?.responded !== true) this.#takeReset();
    if (stream !== undefined) this.#connection.remoteReset(stream);
  }

  #settings(flags: number, payload: Uint8Array): void {
    if ((flags & Flag.ACK) !== 0) {
      this.#takeIdleFrame();
      return;
    }
    if (!this.#settingsFrames.take())
      throw new ConnectionError("too_many_pings_or_settings", "too many SETTINGS");
    this.#connection.applySettings(parseSettings(payload));
  }

  #windowUpdate(streamId: number, payload: Uint8Array): void {
    if (streamId !== 0) this.#checkNotIdle(streamId);
    const incrementBytes = readUint32(payload, 0) & 0x7fff_ffff;
    const outcome = incrementBytes > 0 ? this.#connection.windowUpdate(streamId, incrementBytes) : undefined;
    if (!this.#windowUpdates.take(outcome === "crumb" ? CRUMB_COST : 1)) {
      throw new ConnectionError("too_many_window_updates", "too many WINDOW_UPDATE");
    }
    if (outcome === "too-wide") {
      this.#streamError(streamId, "flow_control");
    } else if (incrementBytes > 0) {
      return;
    } else if (streamId === 0) {
      throw new ConnectionError("protocol", "WINDOW_UPDATE by 0");
    } else {
      this.#streamError(streamId, "protocol");
    }
  }

  /** RST_STREAM for something the peer did. Each costs it as much as a reset of its own (CVE-2025-8671). */
  #streamError(streamId: number, fault: StreamFault): void {
    this.#context.onStreamError(fault);
    this.#takeReset();
    const code = STREAM_FAULTS[fault];
    const stream = this.#connection.streams.get(streamId);
    if (stream !== undefined) this.#connection.resetStream(stream, code);
    // One RST_STREAM for a stream is enough (RFC 9113 5.4.2).
    else if (this.closed.find(streamId) !== "us") this.#connection.refuse(streamId, code);
  }

  #checkNotIdle(streamId: number): void {
    // Those with even ids would be ours, and we push none.
    if (streamId > this.lastStreamId || streamId % 2 === 0) {
      throw new ConnectionError("protocol", "a frame on a stream that was never opened");
    }
  }

  #takeReset(): void {
    if (!this.#resets.take()) throw new ConnectionError("too_many_resets", "too many streams reset");
  }

  #takeAnswer(): void {
    if (!this.#answers.take()) throw new ConnectionError("too_many_pings_or_settings", "too many PING");
  }

  #takeIdleFrame(): void {
    if (!this.#idleFrames.take()) {
      throw new ConnectionError("too_many_empty_frames", "too many frames that carry nothing");
    }
  }
}
