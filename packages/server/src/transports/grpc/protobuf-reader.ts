// A cursor over one protobuf message: tags, length-delimited fields, and how to skip what is not known.

/** The bytes are not a valid message. */
export class ProtobufError extends Error {
  constructor(reason: string) {
    super(`not a valid protobuf message: ${reason}`);
    this.name = "ProtobufError";
  }
}

export const WIRE_VARINT = 0;
const WIRE_64 = 1;
export const WIRE_BYTES = 2;
const WIRE_GROUP_START = 3;
const WIRE_GROUP_END = 4;
const WIRE_32 = 5;
const VARINT_BYTES_MAX = 10;
/** Groups within groups, as deep as protobuf's own readers go. */
const GROUP_DEPTH_MAX = 100;

/** Makes text of a name's bytes; throws ProtobufError when they are not UTF-8. */
export interface NameDecoder {
  decode(bytes: Uint8Array, start: number, end: number): string;
}

export class ProtobufReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  /** Where the message ends that is being read. */
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  atEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** Field number and wire type, as one number. */
  tag(): number {
    const tag = this.#uint32();
    if (tag >>> 3 === 0) throw new ProtobufError("field number 0");
    return tag;
  }

  /** The content of a length-delimited field: a view. */
  bytes(): Uint8Array {
    const bytes = this.#bytes;
    const length = this.#length();
    const start = this.#at;
    this.#at = start + length;
    // Not subarray: on a Buffer that takes three times as long.
    return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
  }

  /** The content of a length-delimited field: a name. */
  name(names: NameDecoder): string {
    const length = this.#length();
    const start = this.#at;
    this.#at = start + length;
    return names.decode(this.#bytes, start, this.#at);
  }

  /** The content of a uint64 field, or 2^53 - 1 where it is above that. */
  cappedUint64(): number {
    let value = 0;
    for (let i = 0, unit = 1; i < VARINT_BYTES_MAX; i++, unit *= 0x80) {
      const byte = this.#next();
      // Of the tenth byte one bit belongs to the 64. Above 2^53 sums are rounded, but stay above it.
      value += (byte & (i === VARINT_BYTES_MAX - 1 ? 1 : 0x7f)) * unit;
      if (byte < 0x80) return Math.min(value, Number.MAX_SAFE_INTEGER);
    }
    throw new ProtobufError("a varint of more than ten bytes");
  }

  /** Goes into the message that a length-delimited field holds; the result is for `leave`. */
  enter(): number {
    const length = this.#length();
    const outerEnd = this.#end;
    this.#end = this.#at + length;
    return outerEnd;
  }

  /** Goes on with the outer message, once the inner one is at its end. */
  leave(outerEnd: number): void {
    this.#end = outerEnd;
  }

  /** Passes over a field of any kind. */
  skip(tag: number, depth = 0): void {
    switch (tag & 7) {
      case WIRE_VARINT:
        this.#skipVarint();
        break;
      case WIRE_64:
        this.#advance(8);
        break;
      case WIRE_BYTES:
        this.#advance(this.#uint32());
        break;
      case WIRE_GROUP_START:
        this.#skipGroup(tag >>> 3, depth + 1);
        break;
      case WIRE_32:
        this.#advance(4);
        break;
      default:
        throw new ProtobufError("unknown wire type");
    }
  }

  #skipGroup(field: number, depth: number): void {
    if (depth > GROUP_DEPTH_MAX) throw new ProtobufError("groups too deep");
    for (;;) {
      const tag = this.tag();
      if ((tag & 7) === WIRE_GROUP_END) {
        if (tag >>> 3 !== field) throw new ProtobufError("the wrong group ends");
        return;
      }
      this.skip(tag, depth);
    }
  }

  #advance(bytes: number): void {
    this.#at += bytes;
    if (this.#at > this.#end) throw new ProtobufError("cut short");
  }

  /** The length of the content that begins here, all of which is there. */
  #length(): number {
    const length = this.#uint32();
    if (length > this.#end - this.#at) throw new ProtobufError("cut short");
    return length;
  }

  #skipVarint(): void {
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      if (this.#next() < 0x80) return;
    }
    throw new ProtobufError("a varint of more than ten bytes");
  }

  #next(): number {
    if (this.#at >= this.#end) throw new ProtobufError("cut short");
    return this.#bytes[this.#at++] as number;
  }

  /** A varint that must fit 32 bits, as tags and lengths do. */
  #uint32(): number {
    const first = this.#next();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = this.#next();
      if (shift === 28 && byte > 0x0f) throw new ProtobufError("a tag or length above 32 bits");
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new ProtobufError("a tag or length above 32 bits");
  }
}
