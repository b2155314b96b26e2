// A cursor over one protobuf message: tags, length-delimited fields, and how to skip what is not known.

/** The bytes are not a valid message. */
export class ProtobufError extends Error {
  constructor(reason: string) {
    super(`not a valid protobuf message: ${reason}`);
    this.name = "ProtobufError";
  }
}

const WIRE_VARINT = 0;
const WIRE_64 = 1;
export const WIRE_BYTES = 2;
const WIRE_GROUP_START = 3;
const WIRE_GROUP_END = 4;
const WIRE_32 = 5;
const VARINT_BYTES_MAX = 10;
/** Groups within groups, as deep as protobuf's own readers go. */
const GROUP_DEPTH_MAX = 100;

export class ProtobufReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Field number and wire type, as one number. */
  tag(): number {
    const tag = this.#uint32();
    if (tag >>> 3 === 0) throw new ProtobufError("field number 0");
    return tag;
  }

  /** The content of a length-delimited field: a view. */
  bytes(): Uint8Array {
    const length = this.#uint32();
    const start = this.#at;
    const end = start + length;
    if (end > this.#bytes.length) throw new ProtobufError("cut short");
    this.#at = end;
    return this.#bytes.subarray(start, end);
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
        this.bytes();
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
    if (this.#at > this.#bytes.length) throw new ProtobufError("cut short");
  }

  #skipVarint(): void {
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      if (this.#next() < 0x80) return;
    }
    throw new ProtobufError("a varint of more than ten bytes");
  }

  #next(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new ProtobufError("cut short");
    this.#at++;
    return byte;
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
