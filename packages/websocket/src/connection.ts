// One WebSocket of the server: its messages, what is sent on it, its life and its end (RFC 6455).

import { isUtf8 } from "node:buffer";
import type { ByteSink } from "./byte-sink.js";
import type { WebSocketChannel, WebSocketHandler } from "./channel.js";
import { closeFrame, parseClose } from "./close-frame.js";
import type { ConnectionContext } from "./context.js";
import { deflatedFrames, inflateMessage } from "./deflate.js";
import { CloseCode, SOCKET_FAULTS, SocketError, type SocketFault } from "./fault.js";
import { type FrameHandler, FrameParser } from "./frame-parser.js";
import { Opcode } from "./opcode.js";
import { type OutMessage, controlFrame } from "./out-message.js";
import { Outbox } from "./outbox.js";

/**
 * Open: serves. Closing: our Close frame is sent, the peer's is waited for. Ending: nothing is wanted of the peer any more; the transport ends
 * when all is written. Ended: waits for the peer to close the transport. Closed: gone.
 */
type Phase = "open" | "closing" | "ending" | "ended" | "closed";

const nothing = new Uint8Array(0);
const ping = controlFrame(Opcode.PING, new Uint8Array(0));

/** In place of an application that is not to be told any more. */
const nobody: WebSocketHandler = {
  message: () => undefined,
  drained: () => undefined,
  closed: () => undefined,
};

export class WebSocketConnection implements WebSocketChannel, FrameHandler {
  readonly #sink: ByteSink;
  readonly #context: ConnectionContext;
  readonly #parser: FrameParser;
  readonly #outbox = new Outbox();
  readonly #deflate: boolean;
  #handler: WebSocketHandler = nobody;
  #phase: Phase = "open";
  /** Payload of the last PING that is not answered. */
  #pong: Buffer | undefined;
  /** What came behind the message at which reading stopped; of one read of the transport. */
  #rest: Uint8Array | undefined;
  /** The parser runs: whoever resumes now goes on there. */
  #parsing = false;
  /** The application has paused. */
  #busy = false;
  /** As many bytes wait as may: nothing more is heard before they have left, so that few requests cannot ask for many answers. */
  #full = false;
  /** The sink was told to pause. */
  #paused = false;
  /** A flush will come at the end of the turn. */
  #scheduled = false;
  /** The sink keeps bytes: nothing may be written before it has drained. */
  #blocked = false;
  /** What the sink keeps while blocked, and what of all that waits here is counted in the total. */
  #sinkBytes = 0;
  #keptBytes = 0;
  /** The application found no room; it is told when there is some. */
  #owesRoom = false;
  #overfull = false;
  #framesLeft: number;
  /** Something was received since the last tick. */
  #heard = true;
  #pinged = false;
  #hasMessage = false;
  #tickedMs: number;
  /** How long the peer has been silent, or has taken nothing: each since its tick. */
  #silentMs = 0;
  #blockedMs = 0;
  /** How long the first message, the rest of a message, or the end has been waited for. */
  #waitedMs = 0;

  constructor(
    sink: ByteSink,
    context: ConnectionContext,
    { deflate = false, head }: { readonly deflate?: boolean; readonly head?: Uint8Array },
    makeHandler: (channel: WebSocketChannel) => WebSocketHandler,
  ) {
    this.#sink = sink;
    this.#context = context;
    this.#deflate = deflate;
    this.#framesLeft = context.limits.framesPerSecondMax;
    // Whole milliseconds: V8 keeps an integer in its field, but a fraction in an object of its own.
    this.#tickedMs = Math.round(context.monotonicMs());
    this.#parser = new FrameParser(this, context, deflate);
    if (head !== undefined) this.#push(head);
    this.#handler = makeHandler(this);
  }

  // ---- what the application does ----

  get peerAddress(): string {
    return this.#sink.peerAddress;
  }

  get ready(): boolean {
    if (this.#phase !== "open") return false;
    if (!this.#blocked && this.#outbox.bytes < this.#context.outboxBudget.roomBytes) return true;
    // Whoever hears no here is told when there is room.
    this.#owesRoom = true;
    return false;
  }

  send(message: OutMessage): void {
    if (this.#phase !== "open") return;
    const { limits } = this.#context;
    this.#push(this.#deflate ? deflatedFrames(message, limits.deflateBytesMin) : message.frames);
    if (this.#outbox.bytes < this.#context.outboxBudget.roomBytes) return;
    this.#full = true;
    this.#parser.halt();
    this.#shareOutReading();
    if (!this.#blocked || this.#outbox.bytes <= limits.waitingBytesMax || this.#overfull) return;
    // Not now: the application is in the middle of sending.
    this.#overfull = true;
    this.#scheduleFlush();
  }

  close(code: number, reason: string): void {
    if (this.#phase !== "open") return;
    this.#pushPong();
    this.#phase = "closing";
    this.#waitedMs = 0;
    this.#push(closeFrame(code, reason));
    // The peer's Close frame is behind what it has sent before.
    this.resume();
  }

  pause(): void {
    if (this.#phase !== "open") return;
    this.#busy = true;
    this.#parser.halt();
    this.#shareOutReading();
  }

  resume(): void {
    if (!this.#busy) return;
    this.#busy = false;
    this.#goOn();
  }

  // ---- what the transport tells ----

  /** Bytes from the peer, a view that ends with the call. Never throws: whatever is wrong with them ends this socket only. */
  receive(chunk: Uint8Array): void {
    this.#heard = true;
    if (!this.#isReading()) return;
    // Shared-out reading may bring what was read before the sink was paused.
    if (this.#busy || this.#full) {
      this.#rest = Buffer.concat([this.#rest ?? nothing, chunk]);
      return;
    }
    this.#parse(chunk);
    // So far it is a view of the chunk.
    if (this.#rest !== undefined) this.#rest = Buffer.from(this.#rest);
  }

  /** The sink has let go of everything it kept. */
  drained(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#blockedMs = 0;
    this.#countKept();
    this.#schedule();
  }

  /** The transport is gone, for whatever reason. */
  transportClosed(): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#letGo();
    this.#outbox.clear();
    this.#blocked = false;
    this.#countKept();
    this.#tellClosed();
  }

  /** Looks after time limits and budgets; called about once a second. */
  tick(): void {
    const nowMs = Math.round(this.#context.monotonicMs());
    const elapsedMs = nowMs - this.#tickedMs;
    this.#tickedMs = nowMs;
    if (this.#phase === "closed") return;
    const { framesPerSecondMax, closeTimeoutMs, stallTimeoutMs } = this.#context.limits;
    const refill = Math.floor((elapsedMs * framesPerSecondMax) / 1000);
    this.#framesLeft = Math.min(framesPerSecondMax, this.#framesLeft + refill);
    this.#blockedMs = this.#blocked ? this.#blockedMs + elapsedMs : 0;
    if (this.#phase !== "open") {
      this.#waitedMs += elapsedMs;
      if (this.#waitedMs > closeTimeoutMs) this.#cut("close_timeout", "the peer does not close");
    } else if (this.#blockedMs > stallTimeoutMs) {
      this.#cut("stalled", "the peer takes no bytes");
    } else {
      this.#tickOpen(elapsedMs);
    }
  }

  #tickOpen(elapsedMs: number): void {
    const { idleTimeoutMs, firstMessageTimeoutMs, messageTimeoutMs } = this.#context.limits;
    if (this.#heard) this.#pinged = false;
    // What is not read cannot be heard: while the application is busy, the peer is not silent.
    this.#silentMs = this.#heard || this.#busy ? 0 : this.#silentMs + elapsedMs;
    this.#heard = false;
    const isInside = this.#parser.isInsideFrame || this.#parser.isInsideMessage;
    this.#waitedMs = !this.#busy && (isInside || !this.#hasMessage) ? this.#waitedMs + elapsedMs : 0;
    if (this.#silentMs > idleTimeoutMs) {
      this.#fail("silence", "nothing has come for too long");
    } else if (!this.#hasMessage && this.#waitedMs > firstMessageTimeoutMs) {
      this.#fail("first_message_timeout", "the first message takes too long");
    } else if (this.#waitedMs > messageTimeoutMs) {
      this.#fail("message_timeout", "a message takes too long");
    } else if (this.#silentMs * 2 > idleTimeoutMs && !this.#pinged && !this.#blocked) {
      this.#pinged = true;
      this.#push(ping);
    }
  }

  // ---- the end ----

  /** The server stops: the closing handshake, with 1001. */
  shutdown(): void {
    this.close(CloseCode.GOING_AWAY, "The server is shutting down.");
  }

  /** Cuts the transport. */
  destroy(): void {
    this.transportClosed();
    this.#sink.destroy();
  }

  #fail(fault: SocketFault, reason: string, cause?: unknown): void {
    if (!this.#isReading()) return;
    this.#context.onConnectionError(fault, reason, cause);
    // What waits behind a blocked sink would keep the Close frame from a peer that has too little patience already.
    if (this.#blocked && this.#phase === "open") this.#outbox.clear();
    this.#end(SOCKET_FAULTS[fault], `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`);
  }

  #cut(fault: SocketFault, reason: string): void {
    this.#context.onConnectionError(fault, reason);
    this.destroy();
  }

  /** Sends a Close frame, unless one was sent, and ends the transport behind it. */
  #end(code: number | undefined, reason?: string): void {
    const isCloseSent = this.#phase === "closing";
    this.#phase = "ending";
    this.#waitedMs = 0;
    this.#letGo();
    if (!isCloseSent) this.#push(closeFrame(code, reason));
    // What still comes is dropped: unread, it would make the kernel reset the connection, and lose the Close frame.
    this.#shareOutReading();
    this.#schedule();
    this.#tellClosed();
  }

  /** Of everything that is held for receiving. */
  #letGo(): void {
    this.#parser.clear();
    this.#rest = undefined;
    this.#pong = undefined;
    this.#busy = false;
    this.#full = false;
  }

  #tellClosed(): void {
    const handler = this.#handler;
    this.#handler = nobody;
    handler.closed();
  }

  // ---- receiving ----

  #isReading(): boolean {
    return this.#phase === "open" || this.#phase === "closing";
  }

  #parse(chunk: Uint8Array): void {
    let rest = chunk;
    this.#parsing = true;
    try {
      do rest = rest.subarray(this.#parser.receive(rest));
      while (rest.length > 0 && !this.#busy && !this.#full && this.#isReading());
      if (rest.length > 0 && this.#isReading()) this.#rest = rest;
    } catch (error) {
      if (error instanceof SocketError) this.#fail(error.fault, error.message);
      else this.#fail("internal", "internal error", error);
    } finally {
      this.#parsing = false;
    }
  }

  frame(): void {
    this.#takeFrames(1);
  }

  #takeFrames(count: number): void {
    this.#framesLeft -= count;
    if (this.#framesLeft < 0) throw new SocketError("too_many_frames", "too many frames in a second");
  }

  message(kind: "text" | "binary", bytes: Buffer, isCompressed: boolean): void {
    this.#hasMessage = true;
    this.#waitedMs = 0;
    if (this.#phase !== "open") return;
    const { messageBytesMax, inflatedFrameBytes } = this.#context.limits;
    let whole = bytes;
    if (isCompressed) {
      whole = inflateMessage(bytes, messageBytesMax);
      this.#takeFrames(Math.floor(whole.length / inflatedFrameBytes));
    }
    if (kind === "text" && !isUtf8(whole)) throw new SocketError("bad_text", "text that is not UTF-8");
    this.#handler.message(kind, whole);
  }

  control(opcode: Opcode, payload: Buffer): void {
    // A peer may be inside of a frame whenever one looks, each time of another.
    if (this.#hasMessage && !this.#parser.isInsideMessage) this.#waitedMs = 0;
    if (opcode === Opcode.CLOSE) {
      const code = parseClose(payload);
      this.#pushPong();
      this.#end(code);
    } else if (opcode === Opcode.PING && this.#phase === "open") {
      // The last one is answered, the others with it (RFC 6455 5.5.3).
      this.#pong = payload;
      this.#schedule();
    }
  }

  // ---- sending ----

  /** Puts bytes into the outbox; they leave at the end of the turn. */
  #push(bytes: Uint8Array): void {
    this.#outbox.push(bytes);
    if (!this.#scheduled) this.#schedule();
  }

  #pushPong(): void {
    if (this.#pong === undefined || this.#phase !== "open") return;
    const frame = controlFrame(Opcode.PONG, this.#pong);
    this.#pong = undefined;
    this.#outbox.push(frame);
  }

  #schedule(): void {
    if (this.#blocked) this.#countKept();
    else this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#context.turn.write(this);
  }

  /** Writes the outbox; called once at the end of a turn. */
  flush(): void {
    this.#scheduled = false;
    if (this.#overfull) {
      this.#overfull = false;
      this.#fail("too_much_waiting", "too many answers wait");
    }
    if (this.#phase === "closed" || this.#blocked) return;
    this.#pushPong();
    const { bytes } = this.#outbox;
    if (bytes > 0 && !this.#outbox.flush(this.#sink, this.#context.scratch)) {
      this.#blocked = true;
      this.#sinkBytes = bytes;
      this.#countKept();
      this.#owesRoom = true;
    }
    if (this.#phase === "ending") {
      this.#phase = "ended";
      this.#sink.end();
    } else if (!this.#blocked) {
      this.#full = false;
      if (this.#owesRoom) {
        this.#owesRoom = false;
        this.#handler.drained();
      }
      this.#goOn();
    }
  }

  /** Brings this socket's part of the total up to date: what its sink keeps, and what waits behind that. */
  #countKept(): void {
    const keptBytes = this.#blocked ? this.#sinkBytes + this.#outbox.bytes : 0;
    this.#context.outboxBudget.add(keptBytes - this.#keptBytes);
    this.#keptBytes = keptBytes;
  }

  /** Hears what came while nothing was to be heard, unless that is still so. */
  #goOn(): void {
    const rest = this.#rest;
    if (rest !== undefined && !this.#parsing && !this.#busy && !this.#full) {
      this.#rest = undefined;
      this.#parse(rest);
    }
    this.#shareOutReading();
  }

  /** Nothing is read while the application is busy, or while answers wait that the peer does not take. */
  #shareOutReading(): void {
    const pause = this.#busy || this.#full;
    if (pause === this.#paused || this.#phase === "closed") return;
    this.#paused = pause;
    if (pause) this.#sink.pause();
    else this.#sink.resume();
  }
}
