// A decoded header list, as the rest of the HTTP/2 layer sees it.

/** The header fields of one block, in wire order. Never changed after it is built: equal blocks may be one object. */
export class HeaderBlock {
  /** name0, value0, name1, value1 …; each character is one octet (latin1). */
  readonly fields: readonly string[];
  /** Names and values plus 32 for each field, of the whole list, also what did not fit (RFC 9113 6.5.2). */
  readonly bytesUncompressed: number;
  /** The list exceeded headerListBytesMax: `fields` holds what fitted. The dynamic table is right all the same. */
  readonly tooLarge: boolean;
  /** For the consumer: what it derived from this block. A block seen again comes back as the same object. */
  memo: unknown = undefined;

  constructor(fields: readonly string[], bytesUncompressed: number, tooLarge: boolean) {
    this.fields = fields;
    this.bytesUncompressed = bytesUncompressed;
    this.tooLarge = tooLarge;
  }
}
