// One request and its response: the server's half of RFC 9113 section 5, without a JavaScript stream object.

import type { ErrorCode } from "./error-code.js";
import { FRAME_HEADER_BYTES, FrameType, Flag } from "./frame-types.js";
import { headersFrames, writeFrameHeader } from "./frames.js";
import type { RequestHeaders } from "./request-headers.js";
import { type Reply, SharedBytes, type StampedFrames } from "./stamped-frames.js";

/** How a stream ended: all was sent and received, the peer reset it, or its connection is gone. */
export type StreamEnd = "done" | "reset" | "lost";

/** What the application is told of one request. Methods must not throw. */
export interface StreamHandler {
  /**
   * Part of the request's body; a view that ends with the call. When `isLast`, it ends with that of `end` (or `closed`), which
   * follows at once; a last part may also come without being known as such.
   */
  data(bytes: Uint8Array, isLast: boolean): void;
  /** The request is complete. */
  end(): void;
  /** `stream.ready` is true again after it was false. May be called without need. */
  writable(): void;
  /** The stream is over; called once, whoever ended it. */
  closed(how: StreamEnd): void;
}

/** What a stream needs of its connection. */
export interface StreamConnection {
  readonly peerAddress: string;
  /** Those that are open, by their id. */
  readonly streams: ReadonlyMap<number, Http2Stream>;
  /** Receive window of a new stream. */
  readonly streamWindowBytes: number;
  /** What the peer lets a new stream send. */
  readonly peerInitialWindowBytes: number;
  /** Payload of the largest frame the peer takes from us. */
  readonly peerFrameBytesMax: number;
  /** What the peer lets all streams together send. */
  sendWindowBytes: number;
  /** True while a write leaves at the end of this turn. */
  readonly hasRoom: boolean;
  /** The next header block must begin with word about the peer's table (RFC 7541 4.2): `withTableUpdate` adds it. */
  readonly owesTableUpdate: boolean;
  withTableUpdate(headerBlock: Uint8Array): Uint8Array;
  send(bytes: Uint8Array): void;
  sendStamped(streamId: number, frames: StampedFrames): void;
  /** The stream has sent its END_STREAM. */
  localEnd(stream: Http2Stream): void;
  /** So many more bytes (or, negative, fewer) wait for a window. */
  hold(bytes: number): void;
  /** False when so much waits for the peer already that it gets no more. */
  mayWait(bytes: number): boolean;
  /** Ends a stream whose bytes may not wait. */
  overfill(stream: Http2Stream): void;
  /** The stream has bytes that wait for a window, or has none any more. */
  setPending(stream: Http2Stream, pending: boolean): void;
  resetStream(stream: Http2Stream, code: ErrorCode): void;
}

const noTrailers = new Uint8Array(0);

/** Body bytes that wait for a window, and what ends the stream after them. */
class Backlog {
  readonly pieces: Uint8Array[];
  /** How far the first piece has gone. */
  offset = 0;
  /** Trailers, or `noTrailers` for a bare END_STREAM; undefined while the body may go on. */
  endWith: Uint8Array | undefined;
  /** How long none of the bytes has left. */
  stalledMs = 0;

  constructor(first: Uint8Array) {
    this.pieces = [first];
  }
}

/** A stream of a server's connection. Made by the connection; the application writes to it. */
export class Http2Stream {
  // What a delivery looks at comes first: fields lie in memory in this order, and a fan-out meets every stream cold.
  readonly #connection: StreamConnection;
  readonly id: number;
  /** Bytes we may still send; negative after the peer has lowered its initial window. */
  sendWindowBytes: number;
  /** What no window takes yet. Few streams ever have one. */
  backlog: Backlog | undefined;
  /** We have sent END_STREAM or RST_STREAM. */
  localEnded = false;

  readonly headers: RequestHeaders;
  /** Set by the connection as soon as the application has answered `onRequest`. */
  handler: StreamHandler | undefined;
  /** The peer has sent END_STREAM. */
  remoteEnded = false;
  /** Body bytes received so far, to be held against content-length. */
  receivedBytes = 0;
  /** Response headers have been sent. */
  responded = false;
  /** The stream is over: no frame of it is sent or heard any more. */
  over = false;
  /** How long the request has been incomplete. */
  incompleteMs = 0;
  /** Received bytes that the peer has not been given back yet. */
  unacknowledgedBytes = 0;
  /** Bytes the peer may still send. */
  receiveWindowBytes: number;

  constructor(connection: StreamConnection, id: number, headers: RequestHeaders) {
    this.#connection = connection;
    this.id = id;
    this.headers = headers;
    this.receiveWindowBytes = connection.streamWindowBytes;
    this.sendWindowBytes = connection.peerInitialWindowBytes;
  }

  /** The peer's IP address; empty when that is not known any more. */
  get peerAddress(): string {
    return this.#connection.peerAddress;
  }

  /** The open streams of the same connection, this one included. */
  get siblings(): Iterable<Http2Stream> {
    return this.#connection.streams.values();
  }

  /** True while a write leaves at the end of this turn: windows are open, and the connection's outbox is not full. */
  get ready(): boolean {
    return (
      this.sendWindowBytes > 0 && this.backlog === undefined && !this.localEnded && this.#connection.hasRoom
    );
  }

  /** Sends a response header block (from `encodeHeaders`). */
  respond(headerBlock: Uint8Array, endStream = false): void {
    if (this.localEnded) return;
    this.responded = true;
    const connection = this.#connection;
    const block = connection.owesTableUpdate ? connection.withTableUpdate(headerBlock) : headerBlock;
    connection.send(headersFrames(this.id, block, endStream, connection.peerFrameBytesMax));
    if (endStream) this.#connection.localEnd(this);
  }

  /** Sends a whole response, usually in one piece shared with every other call that gets the same. */
  reply(reply: Reply): void {
    if (this.localEnded) return;
    const connection = this.#connection;
    const bodyBytes = reply.body.length;
    const fits = bodyBytes <= this.sendWindowBytes && bodyBytes <= connection.sendWindowBytes;
    if (reply.isSmall && (fits || bodyBytes === 0) && !connection.owesTableUpdate) {
      this.#spend(bodyBytes);
      connection.sendStamped(this.id, reply.frames);
      connection.localEnd(this);
      return;
    }
    this.respond(reply.headerBlock, bodyBytes === 0 && reply.trailerBlock === undefined);
    if (bodyBytes > 0) this.write(reply.body);
    this.end(reply.trailerBlock);
  }

  /**
   * Sends body bytes. What the windows do not take waits here, without a copy; ask `ready` first so that nothing piles up.
   * `SharedBytes` are framed once for all streams that send them.
   */
  write(body: SharedBytes | Uint8Array): void {
    if (this.localEnded) return;
    const bytes = body instanceof SharedBytes ? body.bytes : body;
    const connection = this.#connection;
    if (
      body instanceof SharedBytes &&
      this.backlog === undefined &&
      bytes.length <= this.sendWindowBytes &&
      bytes.length <= connection.sendWindowBytes &&
      bytes.length <= connection.peerFrameBytesMax
    ) {
      this.#spend(bytes.length);
      connection.sendStamped(this.id, body.frame);
      return;
    }
    if (bytes.length === 0) return;
    if (!connection.mayWait(bytes.length)) {
      connection.overfill(this);
      return;
    }
    connection.hold(bytes.length);
    if (this.backlog !== undefined) {
      this.backlog.pieces.push(bytes);
      return;
    }
    this.backlog = new Backlog(bytes);
    if (!this.pump()) connection.setPending(this, true);
  }

  /** Ends the response, with trailers if given, once everything written has left. */
  end(trailerBlock: Uint8Array = noTrailers): void {
    if (this.localEnded) return;
    if (this.backlog === undefined) this.#finish(trailerBlock);
    else this.backlog.endWith ??= trailerBlock;
  }

  /** Ends the stream at once: RST_STREAM. The handler is told `closed("done")`. */
  reset(code: ErrorCode): void {
    this.#connection.resetStream(this, code);
  }

  /** Sends as much of the backlog as the windows take. Returns true when none is left. */
  pump(): boolean {
    const backlog = this.backlog;
    if (backlog === undefined) return true;
    const { pieces } = backlog;
    const connection = this.#connection;
    while (pieces.length > 0) {
      const piece = pieces[0] as Uint8Array;
      const from = backlog.offset;
      const bytes = Math.min(
        piece.length - from,
        this.sendWindowBytes,
        connection.sendWindowBytes,
        connection.peerFrameBytesMax,
      );
      if (bytes <= 0) return false;
      this.#spend(bytes);
      connection.hold(-bytes);
      backlog.stalledMs = 0;
      const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
      writeFrameHeader(header, 0, bytes, FrameType.DATA, 0, this.id);
      connection.send(header);
      connection.send(piece.subarray(from, from + bytes));
      if (from + bytes === piece.length) {
        pieces.shift();
        backlog.offset = 0;
      } else {
        backlog.offset = from + bytes;
      }
    }
    this.backlog = undefined;
    connection.setPending(this, false);
    if (backlog.endWith !== undefined) this.#finish(backlog.endWith);
    return true;
  }

  /** The stream is over: nothing is sent any more. */
  discard(): void {
    this.over = true;
    this.localEnded = true;
    if (this.backlog === undefined) return;
    const waiting = this.backlog.pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.#connection.hold(this.backlog.offset - waiting);
    this.backlog = undefined;
    this.#connection.setPending(this, false);
  }

  #finish(trailerBlock: Uint8Array): void {
    if (trailerBlock.length > 0) {
      this.respond(trailerBlock, true);
      return;
    }
    const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
    writeFrameHeader(header, 0, 0, FrameType.DATA, Flag.END_STREAM, this.id);
    this.#connection.send(header);
    this.#connection.localEnd(this);
  }

  #spend(bytes: number): void {
    this.sendWindowBytes -= bytes;
    this.#connection.sendWindowBytes -= bytes;
  }
}
