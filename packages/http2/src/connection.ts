// One connection of the server: its streams, what is sent on it, its windows, its life and its end (RFC 9113).

import type { ByteSink } from "./byte-sink.js";
import type { ConnectionContext } from "./context.js";
import { ErrorCode } from "./error-code.js";
import {
  CONNECTION_FAULTS,
  ConnectionError,
  type ConnectionFault,
  STREAM_FAULTS,
  type StreamFault,
} from "./fault.js";
import { FrameParser } from "./frame-parser.js";
import { FrameReceiver, type ReceivingConnection, type WindowOutcome } from "./frame-receiver.js";
import {
  DEFAULT_FRAME_BYTES,
  DEFAULT_HEADER_TABLE_BYTES,
  DEFAULT_WINDOW_BYTES,
  MAX_31_BITS,
} from "./frame-types.js";
import { goawayFrame, headersFrames, rstStreamFrame, settingsAckFrame, windowUpdateFrame } from "./frames.js";
import { encodeHeaders, tableSizeUpdateToZero } from "./hpack/encoder.js";
import { Outbox } from "./outbox.js";
import type { PeerSettings } from "./peer-settings.js";
import type { RequestHeaders } from "./request-headers.js";
import type { StampedFrames } from "./stamped-frames.js";
import { findIncomplete, findStalled } from "./stream-times.js";
import { Http2Stream, type StreamConnection, type StreamEnd } from "./stream.js";

/** A window that is opened by less, while bytes wait for it, makes frames that are mostly header. */
const CRUMB_BYTES = 256;

/** Open: serves. Draining: the last GOAWAY is out, open streams finish. Closing: waits for the peer to close. Closed: gone. */
type Phase = "open" | "draining" | "closing" | "closed";

export class Http2Connection implements ReceivingConnection, StreamConnection {
  readonly streams = new Map<number, Http2Stream>();
  readonly streamWindowBytes: number;
  peerInitialWindowBytes = DEFAULT_WINDOW_BYTES;
  peerFrameBytesMax = DEFAULT_FRAME_BYTES;
  sendWindowBytes = DEFAULT_WINDOW_BYTES;
  owesTableUpdate = false;

  readonly #sink: ByteSink;
  readonly #context: ConnectionContext;
  readonly #receiver: FrameReceiver;
  readonly #parser: FrameParser;
  readonly #outbox = new Outbox();
  #phase: Phase = "open";
  #receiveWindowBytes: number;
  /** Received bytes that the peer has not been given back yet. */
  #unacknowledgedBytes = 0;
  /** A flush will come at the end of the turn. */
  #scheduled = false;
  /** The sink keeps bytes: nothing may be written before it has drained. */
  #blocked = false;
  /** What the sink keeps while blocked, and what of all that waits here is counted in the total. */
  #sinkBytes = 0;
  #keptBytes = 0;
  #paused = false;
  /** Some stream found no room; all are told when there is some. */
  #owesRoom = false;
  /** Where telling streams of room goes on, so that the first do not take it all every time. */
  #roomTurn = 0;
  /** Body bytes that wait in streams. */
  #heldBytes = 0;
  #pendingStreams: Set<Http2Stream> | undefined;
  /** Something was received since the last tick. */
  #heard = true;
  #tickedMs: number;
  /** How long the connection has been silent, blocked, inside a header block, or closing: each since its tick. */
  #silentMs = 0;
  #blockedMs = 0;
  #headerBlockMs = 0;
  #prefaceMs = 0;
  #closingMs = 0;

  constructor(sink: ByteSink, context: ConnectionContext) {
    this.#sink = sink;
    this.#context = context;
    this.streamWindowBytes = context.limits.streamWindowBytes;
    this.#receiveWindowBytes = context.limits.connectionWindowBytes;
    this.#tickedMs = Math.round(context.monotonicMs());
    this.#receiver = new FrameReceiver(this, context);
    this.#parser = new FrameParser(this.#receiver);
    this.send(context.preface);
  }

  get peerAddress(): string {
    return this.#sink.peerAddress;
  }

  get acceptsStreams(): boolean {
    return this.#phase === "open";
  }

  get hasRoom(): boolean {
    const { roomBytes } = this.#context.outboxBudget;
    if (!this.#blocked && this.#outbox.bytes < roomBytes && this.sendWindowBytes > 0) return true;
    // Whoever hears no here is told when there is room: the outbox may have been short of its limit when the limit fell.
    this.#owesRoom = true;
    return false;
  }

  // ---- what the transport tells ----

  /** Bytes from the peer, a view that ends with the call. Never throws: whatever is wrong with them ends this connection only. */
  receive(chunk: Uint8Array): void {
    this.#heard = true;
    if (this.#phase === "closing" || this.#phase === "closed") return;
    try {
      this.#parser.receive(chunk);
    } catch (error) {
      if (error instanceof ConnectionError) this.#fail(error.fault, error.message);
      else this.#fail("internal", "internal error", error);
    }
  }

  /** The sink has let go of everything it kept. */
  drained(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#blockedMs = 0;
    this.#countKept();
    this.#resumeReading();
    this.#schedule();
  }

  /** The transport is gone, for whatever reason. */
  transportClosed(): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#parser.stop();
    this.#outbox.clear();
    this.#blocked = false;
    this.#countKept();
    this.#endStreams("lost");
  }

  /** Looks after time limits and budgets; called about once a second. */
  tick(): void {
    // Whole milliseconds: V8 keeps an integer in its field, but a fraction in an object of its own, per stream and connection.
    const nowMs = Math.round(this.#context.monotonicMs());
    const elapsedMs = nowMs - this.#tickedMs;
    this.#tickedMs = nowMs;
    if (this.#phase === "closed") return;
    this.#receiver.refill(elapsedMs);
    const { limits } = this.#context;
    this.#silentMs = this.#heard ? 0 : this.#silentMs + elapsedMs;
    this.#heard = false;
    this.#blockedMs = this.#blocked ? this.#blockedMs + elapsedMs : 0;
    this.#prefaceMs = this.#receiver.hasSettings ? 0 : this.#prefaceMs + elapsedMs;
    const isInside = this.#receiver.insideHeaderBlock || this.#parser.isStillInFrame();
    // What is not read cannot come.
    if (!this.#paused) this.#headerBlockMs = isInside ? this.#headerBlockMs + elapsedMs : 0;
    this.#closingMs = this.#phase === "closing" ? this.#closingMs + elapsedMs : 0;
    if (this.#closingMs > limits.closeTimeoutMs) {
      this.#cut("close_timeout", "the peer does not close");
    } else if (this.#blockedMs > limits.stallTimeoutMs) {
      this.#cut("stalled", "the peer takes no bytes");
    } else if (this.#prefaceMs > limits.prefaceTimeoutMs) {
      this.#fail("preface_timeout", "the connection preface takes too long");
    } else if (this.#headerBlockMs > limits.headerBlockTimeoutMs) {
      this.#fail("header_block_timeout", "a header block takes too long");
    } else if (this.#silentMs > limits.idleTimeoutMs && this.streams.size === 0 && this.#phase === "open") {
      this.#lastGoaway(ErrorCode.NO_ERROR, "idle");
      this.#close();
    } else {
      for (const stream of findStalled(this.#pendingStreams, elapsedMs, limits.stallTimeoutMs))
        this.#failStream(stream, "stalled");
      for (const stream of findIncomplete(this.streams.values(), elapsedMs, limits.requestTimeoutMs))
        this.#failStream(stream, "request_timeout");
    }
  }

  // ---- the end ----

  /** First step of an orderly end: asks the peer to open no more streams here (RFC 9113 6.8). They are still served. */
  announceShutdown(): void {
    if (this.#phase === "open") this.send(goawayFrame(MAX_31_BITS, ErrorCode.NO_ERROR, ""));
  }

  /** Second step: later streams are refused; the connection closes when the open ones are done. */
  shutdown(): void {
    if (this.#phase !== "open") return;
    this.#lastGoaway(ErrorCode.NO_ERROR, "");
    this.#phase = "draining";
    this.#closeIfDone();
  }

  /** Ends the connection at once, with GOAWAY if it can still be sent. */
  close(code: ErrorCode, reason: string): void {
    if (this.#phase === "closing" || this.#phase === "closed") return;
    this.#lastGoaway(code, reason);
    this.#close();
  }

  /** Cuts the transport. */
  destroy(): void {
    this.transportClosed();
    this.#sink.destroy();
  }

  #fail(fault: ConnectionFault, reason: string, cause?: unknown): void {
    // A connection that waits for its peer to close has failed already, though the time of its preface or header block goes on.
    if (this.#phase === "closing" || this.#phase === "closed") return;
    this.#context.onConnectionError(fault, reason, cause);
    this.close(CONNECTION_FAULTS[fault], reason);
  }

  #cut(fault: ConnectionFault, reason: string): void {
    this.#context.onConnectionError(fault, reason);
    this.destroy();
  }

  #failStream(stream: Http2Stream, fault: StreamFault): void {
    this.#context.onStreamError(fault);
    this.resetStream(stream, STREAM_FAULTS[fault]);
  }

  #lastGoaway(code: ErrorCode, reason: string): void {
    this.send(goawayFrame(this.#receiver.lastStreamId, code, reason));
  }

  #close(): void {
    this.#phase = "closing";
    this.#parser.stop();
    this.#endStreams("lost");
    if (this.#blocked) this.destroy();
    else this.#schedule();
  }

  #closeIfDone(): void {
    if (this.#phase === "draining" && this.streams.size === 0) this.#close();
  }

  #endStreams(how: StreamEnd): void {
    const streams = [...this.streams.values()];
    this.streams.clear();
    for (const stream of streams) this.#endStream(stream, how);
  }

  #endStream(stream: Http2Stream, how: StreamEnd): void {
    if (stream.over) return;
    stream.discard();
    stream.handler?.closed(how);
  }

  // ---- sending ----

  /** Puts bytes into the outbox; they leave at the end of the turn. */
  send(bytes: Uint8Array): void {
    if (this.#phase === "closed") return;
    this.#outbox.push(bytes);
    this.#added();
  }

  sendStamped(streamId: number, frames: StampedFrames): void {
    if (this.#phase === "closed") return;
    this.#outbox.pushStamped(streamId, frames);
    this.#added();
  }

  #added(): void {
    if (!this.#scheduled) this.#schedule();
    if (this.#outbox.bytes < this.#context.outboxBudget.roomBytes) return;
    this.#owesRoom = true;
    if (this.#blocked && !this.#paused) {
      this.#paused = true;
      this.#sink.pause();
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    if (this.#blocked) {
      this.#countKept();
      return;
    }
    this.#scheduled = true;
    this.#context.turn.write(this);
  }

  /** Writes the outbox; called once at the end of a turn. */
  flush(): void {
    this.#scheduled = false;
    if (this.#phase === "closed" || this.#blocked) return;
    const { bytes } = this.#outbox;
    if (bytes > 0 && !this.#outbox.flush(this.#sink, this.#context.scratch)) {
      this.#blocked = true;
      this.#sinkBytes = bytes;
      this.#countKept();
      this.#owesRoom = true;
    }
    if (this.#phase === "closing") this.#sink.end();
    else if (this.#owesRoom && !this.#blocked) this.#tellOfRoom();
  }

  /** Brings this connection's part of the total up to date: what its sink keeps, and what waits behind that. */
  #countKept(): void {
    const keptBytes = this.#blocked ? this.#sinkBytes + this.#outbox.bytes : 0;
    this.#context.outboxBudget.add(keptBytes - this.#keptBytes);
    this.#keptBytes = keptBytes;
  }

  hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.#context.outboxBudget.add(bytes);
  }

  mayWait(bytes: number): boolean {
    return this.#outbox.bytes + this.#heldBytes + bytes <= this.#context.limits.waitingBytesMax;
  }

  overfill(stream: Http2Stream): void {
    this.#failStream(stream, "too_much_waiting");
  }

  #resumeReading(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#sink.resume();
  }

  /** Tells streams that they may write, each time beginning with another one, until there is no room left. */
  #tellOfRoom(): void {
    this.#owesRoom = false;
    const streams = [...this.streams.values()];
    const first = this.#roomTurn < streams.length ? this.#roomTurn : 0;
    for (let i = 0; i < streams.length; i++) {
      const at = (first + i) % streams.length;
      if (!this.hasRoom) {
        this.#owesRoom = true;
        this.#roomTurn = at;
        return;
      }
      const stream = streams[at] as Http2Stream;
      if (stream.ready) stream.handler?.writable();
    }
  }

  // ---- what streams do ----

  localEnd(stream: Http2Stream): void {
    if (stream.over) return;
    stream.localEnded = true;
    if (stream.remoteEnded) {
      this.#forget(stream, "peer", "done");
    } else {
      // The rest of the request is of no use: the peer may stop sending it (RFC 9113 8.1).
      this.send(rstStreamFrame(stream.id, ErrorCode.NO_ERROR));
      this.#forget(stream, "us", "done");
    }
  }

  withTableUpdate(headerBlock: Uint8Array): Uint8Array {
    this.owesTableUpdate = false;
    return Buffer.concat([tableSizeUpdateToZero, headerBlock]);
  }

  resetStream(stream: Http2Stream, code: ErrorCode): void {
    if (stream.over) return;
    this.send(rstStreamFrame(stream.id, code));
    this.#forget(stream, "us", "done");
  }

  setPending(stream: Http2Stream, pending: boolean): void {
    if (pending) (this.#pendingStreams ??= new Set()).add(stream);
    else this.#pendingStreams?.delete(stream);
  }

  #forget(stream: Http2Stream, by: "us" | "peer", how: StreamEnd): void {
    this.streams.delete(stream.id);
    this.#receiver.closed.add(stream.id, by);
    this.#endStream(stream, how);
    this.#closeIfDone();
  }

  // ---- what the receiving half finds ----

  openStream(streamId: number, headers: RequestHeaders): Http2Stream {
    const stream = new Http2Stream(this, streamId, headers);
    this.streams.set(streamId, stream);
    stream.handler = this.#context.onRequest(stream);
    return stream;
  }

  remoteEnd(stream: Http2Stream): void {
    stream.remoteEnded = true;
    stream.handler?.end();
  }

  remoteReset(stream: Http2Stream): void {
    this.#forget(stream, "peer", "reset");
  }

  refuse(streamId: number, code: ErrorCode): void {
    this.#receiver.closed.add(streamId, "us");
    this.send(rstStreamFrame(streamId, code));
  }

  refuseWithStatus(streamId: number, status: "431", endStream: boolean): void {
    const plain = encodeHeaders([[":status", status]]);
    const block = this.owesTableUpdate ? this.withTableUpdate(plain) : plain;
    this.send(headersFrames(streamId, block, true, DEFAULT_FRAME_BYTES));
    this.#receiver.closed.add(streamId, endStream ? "peer" : "us");
    if (!endStream) this.send(rstStreamFrame(streamId, ErrorCode.NO_ERROR));
  }

  received(stream: Http2Stream | undefined, payloadBytes: number): void {
    const { limits } = this.#context;
    this.#receiveWindowBytes -= payloadBytes;
    if (this.#receiveWindowBytes < 0) {
      throw new ConnectionError("flow_control", "more DATA than the connection's window");
    }
    this.#unacknowledgedBytes += payloadBytes;
    // Windows are given back in halves, so that a stream of small frames costs few WINDOW_UPDATEs.
    if (this.#unacknowledgedBytes * 2 >= limits.connectionWindowBytes) {
      this.send(windowUpdateFrame(0, this.#unacknowledgedBytes));
      this.#receiveWindowBytes += this.#unacknowledgedBytes;
      this.#unacknowledgedBytes = 0;
    }
    if (stream === undefined) return;
    stream.receiveWindowBytes -= payloadBytes;
    stream.unacknowledgedBytes += payloadBytes;
    if (stream.unacknowledgedBytes * 2 >= limits.streamWindowBytes) {
      this.send(windowUpdateFrame(stream.id, stream.unacknowledgedBytes));
      stream.receiveWindowBytes += stream.unacknowledgedBytes;
      stream.unacknowledgedBytes = 0;
    }
  }

  applySettings(settings: PeerSettings): void {
    const { initialWindowBytes, frameBytesMax, headerTableBytes } = settings;
    // At once, before anything that the new settings let go (RFC 9113 6.5.3).
    this.send(settingsAckFrame);
    // Our blocks never use the peer's table, but a peer that makes it smaller is owed a word of that.
    if (headerTableBytes !== undefined && headerTableBytes < DEFAULT_HEADER_TABLE_BYTES)
      this.owesTableUpdate = true;
    if (frameBytesMax !== undefined) {
      this.peerFrameBytesMax = Math.min(frameBytesMax, this.#context.limits.sentFrameBytesMax);
    }
    if (initialWindowBytes !== undefined) {
      const changeBytes = initialWindowBytes - this.peerInitialWindowBytes;
      this.peerInitialWindowBytes = initialWindowBytes;
      for (const stream of this.streams.values()) this.#widen(stream, changeBytes);
    }
  }

  windowUpdate(streamId: number, incrementBytes: number): WindowOutcome {
    const isCrumb = incrementBytes < CRUMB_BYTES && (this.#pendingStreams?.size ?? 0) > 0;
    const outcome = isCrumb ? "crumb" : "opened";
    if (streamId !== 0) {
      const stream = this.streams.get(streamId);
      if (stream === undefined) return outcome;
      if (stream.sendWindowBytes + incrementBytes > MAX_31_BITS) return "too-wide";
      this.#widen(stream, incrementBytes);
      return outcome;
    }
    const wasShut = this.sendWindowBytes <= 0;
    this.sendWindowBytes += incrementBytes;
    if (this.sendWindowBytes > MAX_31_BITS) {
      throw new ConnectionError("flow_control", "the connection's window above 2^31-1");
    }
    if (wasShut && this.sendWindowBytes > 0) this.#pumpAll();
    return outcome;
  }

  /** Changes a stream's window and sends what it now takes. */
  #widen(stream: Http2Stream, changeBytes: number): void {
    const wasShut = stream.sendWindowBytes <= 0;
    stream.sendWindowBytes += changeBytes;
    if (stream.sendWindowBytes > MAX_31_BITS) {
      throw new ConnectionError("flow_control", "a stream's window above 2^31-1");
    }
    if (!wasShut || stream.sendWindowBytes <= 0) return;
    if (stream.pump() && stream.ready) stream.handler?.writable();
  }

  /** The connection's window has opened: pending bytes first, then whoever wants to write. */
  #pumpAll(): void {
    for (const stream of [...(this.#pendingStreams ?? [])]) {
      if (this.sendWindowBytes <= 0) return;
      // To the back of the set, so that streams take turns when the window opens little by little.
      this.setPending(stream, false);
      if (!stream.pump()) this.setPending(stream, true);
    }
    this.#tellOfRoom();
  }

  peerGoesAway(): void {
    this.shutdown();
  }
}
