// A cursor over one header block: where the decoder is, and where the string literal it met lies.

import { HpackError } from "./hpack-error.js";
import { decodeInteger } from "./integer.js";
import type { IntegerCursor } from "./integer.js";

const noOctets = new Uint8Array(0);
const huffmanFlag = 0x80;
const literalLengthMask = 0x7f;

export class BlockReader implements IntegerCursor {
  bytes: Uint8Array = noOctets;
  at = 0;
  end = 0;
  /** Of the literal scanned last: its octets lie from `literalStart` to `at`. */
  literalStart = 0;
  literalHuffman = false;

  /** Begins a block. */
  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
  }

  /** Lets the block go. */
  close(): void {
    this.bytes = noOctets;
    this.at = 0;
    this.end = 0;
  }

  /** @throws HpackError as `decodeInteger` */
  readInteger(prefixMask: number): number {
    if (this.at < this.end) {
      const value = (this.bytes[this.at] as number) & prefixMask;
      if (value !== prefixMask) {
        this.at++;
        return value;
      }
    }
    return decodeInteger(this, prefixMask);
  }

  /**
   * Moves behind a string literal and notes where it lies, without looking at its octets.
   *
   * @throws HpackError the block ends before the literal does
   */
  scanLiteral(): void {
    this.literalHuffman = this.at < this.end && ((this.bytes[this.at] as number) & huffmanFlag) !== 0;
    const length = this.readInteger(literalLengthMask);
    this.literalStart = this.at;
    if (length > this.end - this.at) throw new HpackError("truncated string literal");
    this.at += length;
  }
}
