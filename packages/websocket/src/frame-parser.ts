// Bytes in, messages and control frames out, whatever pieces the transport delivers. Holds nothing between messages.

import { SocketError } from "./fault.js";
import { FrameHeader, HEADER_BYTES_MAX, headerLength, isControl } from "./frame-header.js";
import { GatheredMessage, type MessageMemory } from "./gathered-message.js";
import { applyMask } from "./mask.js";
import { Opcode } from "./opcode.js";

/** Hears what the parser finds. Throws SocketError to stop it. The bytes are no one else's: they may be kept. */
export interface FrameHandler {
  /** Every frame's header, once it is known to be right. */
  frame(): void;
  message(kind: "text" | "binary", bytes: Buffer, isCompressed: boolean): void;
  /** Payload of a PING, a PONG or a Close frame. */
  control(opcode: Opcode, payload: Buffer): void;
}

/** What the parsers of all sockets share. */
export interface ParserContext {
  readonly limits: { readonly messageBytesMax: number };
  readonly memory: MessageMemory;
}

/** For all parsers: a header is read and taken over at once. */
const header = new FrameHeader();

export class FrameParser {
  readonly #handler: FrameHandler;
  readonly #context: ParserContext;
  readonly #mayCompress: boolean;
  /** A header that came in pieces, and how much of it; or the payload of a control frame that did. */
  #partial: Buffer | undefined;
  #partialBytes = 0;
  /** The message that is not complete. */
  #message: GatheredMessage | undefined;
  /** Opcode of the message, CONTINUATION outside of one. */
  #messageOpcode: Opcode = Opcode.CONTINUATION;
  #isCompressed = false;
  /** Of the frame whose payload is being read; -1: a header is. */
  #payloadBytes = -1;
  #opcode: Opcode = Opcode.CONTINUATION;
  #fin = false;
  #key = 0;
  /** Where the payload of this frame begins in the message. */
  #frameAt = 0;
  #halted = false;

  constructor(handler: FrameHandler, context: ParserContext, mayCompress: boolean) {
    this.#handler = handler;
    this.#context = context;
    this.#mayCompress = mayCompress;
  }

  /** Part of a message has come, and its end has not. */
  get isInsideMessage(): boolean {
    return this.#messageOpcode !== Opcode.CONTINUATION;
  }

  /** Part of a frame has come. */
  get isInsideFrame(): boolean {
    return this.#partialBytes > 0 || this.#payloadBytes >= 0;
  }

  /** Nothing more is handed over, not even what is left of the present chunk, until `receive` is called again. */
  halt(): void {
    this.#halted = true;
  }

  /** Lets go of everything. */
  clear(): void {
    this.#halted = true;
    this.#release();
    this.#partial = undefined;
    this.#partialBytes = 0;
  }

  /** Returns how many bytes were taken: all, unless it was halted. */
  receive(chunk: Uint8Array): number {
    this.#halted = false;
    let at = 0;
    while (at < chunk.length && !this.#isHalted())
      at = this.#payloadBytes < 0 ? this.#readHeader(chunk, at) : this.#readPayload(chunk, at);
    return at;
  }

  /** Asked anew each time: the handler halts. */
  #isHalted(): boolean {
    return this.#halted;
  }

  #readHeader(chunk: Uint8Array, from: number): number {
    if (this.#partial === undefined && chunk.length - from >= 2) {
      const length = headerLength(chunk, from);
      if (chunk.length - from >= length) {
        this.#startFrame(chunk, from);
        return from + length;
      }
    }
    const partial = (this.#partial ??= Buffer.allocUnsafeSlow(HEADER_BYTES_MAX));
    let at = from;
    while (at < chunk.length && this.#partialBytes < (this.#partialBytes < 2 ? 2 : headerLength(partial, 0)))
      partial[this.#partialBytes++] = chunk[at++] as number;
    if (this.#partialBytes >= 2 && this.#partialBytes === headerLength(partial, 0)) {
      this.#partial = undefined;
      this.#partialBytes = 0;
      this.#startFrame(partial, 0);
    }
    return at;
  }

  #startFrame(bytes: Uint8Array, at: number): void {
    const insideMessage = this.#messageOpcode !== Opcode.CONTINUATION;
    header.read(bytes, at, insideMessage, this.#mayCompress);
    const { opcode, payloadBytes } = header;
    this.#fin = header.fin;
    this.#key = header.key;
    if (!isControl(opcode)) {
      if (!insideMessage) {
        this.#messageOpcode = opcode;
        this.#isCompressed = header.compressed;
      }
      this.#frameAt = this.#message?.length ?? 0;
      if (this.#frameAt + payloadBytes > this.#context.limits.messageBytesMax)
        throw new SocketError("message_too_big", "the message is too big");
    }
    this.#opcode = opcode;
    this.#payloadBytes = payloadBytes;
    this.#handler.frame();
    if (payloadBytes === 0) this.#endFrame(Buffer.alloc(0));
  }

  #readPayload(chunk: Uint8Array, from: number): number {
    const wanted = this.#payloadBytes;
    const isData = !isControl(this.#opcode);
    const isFirstPiece = isData ? (this.#message?.length ?? 0) === this.#frameAt : this.#partialBytes === 0;
    if (isFirstPiece && chunk.length - from >= wanted && (!isData || this.#isWholeMessage())) {
      const payload = Buffer.allocUnsafe(wanted);
      payload.set(chunk.subarray(from, from + wanted));
      applyMask(payload, 0, wanted, this.#key);
      this.#endFrame(payload);
      return from + wanted;
    }
    return isData ? this.#gatherData(chunk, from, wanted) : this.#gatherControl(chunk, from, wanted);
  }

  /** The frame that begins here is all of its message. */
  #isWholeMessage(): boolean {
    return this.#fin && this.#message === undefined;
  }

  #gatherData(chunk: Uint8Array, from: number, wanted: number): number {
    const message = (this.#message ??= new GatheredMessage(this.#context.memory));
    const end = this.#frameAt + wanted;
    const to = Math.min(chunk.length, from + end - message.length);
    if (!message.add(chunk.subarray(from, to), end))
      throw new SocketError("no_memory", "the server holds too many unfinished messages");
    if (message.length === end) {
      applyMask(message.view(), this.#frameAt, end, this.#key);
      this.#endFrame(undefined);
    }
    return to;
  }

  #gatherControl(chunk: Uint8Array, from: number, wanted: number): number {
    const payload = (this.#partial ??= Buffer.allocUnsafeSlow(wanted));
    const to = Math.min(chunk.length, from + wanted - this.#partialBytes);
    payload.set(chunk.subarray(from, to), this.#partialBytes);
    this.#partialBytes += to - from;
    if (this.#partialBytes === wanted) {
      this.#partial = undefined;
      this.#partialBytes = 0;
      applyMask(payload, 0, wanted, this.#key);
      this.#endFrame(payload);
    }
    return to;
  }

  /** `payload`: of a control frame, or of a message's only frame; undefined when it was gathered. */
  #endFrame(payload: Buffer | undefined): void {
    this.#payloadBytes = -1;
    if (isControl(this.#opcode)) {
      this.#handler.control(this.#opcode, payload as Buffer);
      return;
    }
    if (!this.#fin) return;
    const kind = this.#messageOpcode === Opcode.TEXT ? "text" : "binary";
    const bytes = this.#message === undefined ? (payload as Buffer) : this.#message.view();
    this.#release();
    this.#handler.message(kind, bytes, this.#isCompressed);
  }

  #release(): void {
    this.#message?.release();
    this.#message = undefined;
    this.#messageOpcode = Opcode.CONTINUATION;
  }
}
