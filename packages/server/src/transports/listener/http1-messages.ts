// Where the requests of an HTTP/1.1 connection end (RFC 9112 2.1, 6): node:http begins every request that the bytes given to it hold, so
// whoever wants one at a time gives it no more than one.

/** As much of a request of node:http as is used here. */
export interface ArrivingRequest {
  /** Its body has come. */
  readonly complete: boolean;
  readonly headers: { readonly "content-length"?: string | undefined };
}

const LF = 0x0a;
/** Ends every head, and every body in chunks; what else of such a body looks like it costs one more call of the parser. */
const BLANK_LINE = Buffer.from("\n\r\n");

export class Http1Messages {
  /** How many bytes of a blank line the last piece ended with. */
  #matched = 0;
  /** Its head has come, and not all of its body. */
  #arriving: ArrivingRequest | undefined;
  #isNew = false;
  /** Of a body whose head told its length. */
  #bodyBytesLeft = 0;
  #between = true;

  /** All that was parsed belongs to whole requests. */
  get between(): boolean {
    return this.#between;
  }

  /** How much of `bytes`, which are not empty, is to be parsed next: no request ends before its end. */
  next(bytes: Buffer): number {
    if (this.#bodyBytesLeft > 0) return Math.min(this.#bodyBytesLeft, bytes.length);
    if (this.#matched > 0) {
      const rest = BLANK_LINE.length - this.#matched;
      if (BLANK_LINE.subarray(this.#matched).equals(bytes.subarray(0, rest))) return rest;
    }
    const at = bytes.indexOf(BLANK_LINE);
    return at < 0 ? bytes.length : at + BLANK_LINE.length;
  }

  /** The parser has found the head of `request`. */
  begin(request: ArrivingRequest): void {
    this.#arriving = request;
    this.#isNew = true;
  }

  /** `piece`, which `next` has cut, was parsed. */
  parsed(piece: Buffer): void {
    if (this.#bodyBytesLeft > 0) {
      this.#bodyBytesLeft -= piece.length;
      this.#between = this.#bodyBytesLeft === 0;
      return;
    }
    this.#matched = matchAtEnd(this.#matched, piece);
    const isEnd = this.#matched === BLANK_LINE.length;
    if (isEnd) this.#matched = 0;
    if (this.#arriving?.complete === true) this.#arriving = undefined;
    this.#between = isEnd && this.#arriving === undefined;
    if (this.#arriving === undefined || !this.#isNew) return;
    this.#isNew = false;
    this.#bodyBytesLeft = Number(this.#arriving.headers["content-length"] ?? 0);
    if (this.#bodyBytesLeft > 0) this.#arriving = undefined;
  }
}

/** How many bytes of a blank line stand at the end of `piece`, when the bytes before it ended with `matched` of them. */
function matchAtEnd(matched: number, piece: Buffer): number {
  let count = piece.length < BLANK_LINE.length ? matched : 0;
  for (let at = Math.max(0, piece.length - BLANK_LINE.length); at < piece.length; at++) {
    if (piece[at] === BLANK_LINE[count]) count++;
    else count = piece[at] === LF ? 1 : 0;
  }
  return count;
}
