// The header decoder of one connection (RFC 7541 3, 6): header blocks in, header lists out.

import { BlockReader } from "./block-reader.js";
import { DynamicTable, entryOverheadBytes } from "./dynamic-table.js";
import { HeaderBlock } from "./header-block.js";
import { HpackError } from "./hpack-error.js";
import type { InternTable } from "./intern-table.js";
import { RememberedBlocks, rememberedBlockBytesMax } from "./remembered-blocks.js";
import { staticNames, staticTableLength, staticValues } from "./static-table.js";
import { decodedLiteralLength } from "./string-literal.js";

/** The size of the dynamic table before any SETTINGS (RFC 9113 6.5.2). */
export const initialTableBytes = 4096;

const indexedFlag = 0x80;
const insertedFlag = 0x40;
const sizeUpdateFlag = 0x20;
const indexedMask = 0x7f;
const insertedMask = 0x3f;
const sizeUpdateMask = 0x1f;
const literalMask = 0x0f;

// RFC 7541 4.2: one update to the lowest size in between, and one to the final size.
const sizeUpdatesMax = 2;
// The shortest Huffman code has 5 bits, so this is more than an octet of it can ever give.
const symbolsPerOctetMax = 2;

// Decoding never calls out, so all decoders can share one cursor.
const reader = new BlockReader();

export interface HpackDecoderOptions {
  /** What we advertise as SETTINGS_HEADER_TABLE_SIZE. */
  readonly tableBytesMax: number;
  /** The header list a block may have, uncompressed (RFC 9113 6.5.2). */
  readonly headerListBytesMax: number;
  /** Shared by the connections of the process. */
  readonly interned: InternTable;
  /** False decodes every block anew; only tests have a reason to. Default true. */
  readonly rememberBlocks?: boolean;
}

/** Octets at a block's end that tell it from others of its length well enough. */
const FINGERPRINT_BYTES = 16;

/**
 * Decodes the blocks of one connection, which must all come here, in order.
 * Work and memory are linear in the size of a block, however much its list would be uncompressed.
 */
export class HpackDecoder {
  readonly #table: DynamicTable;
  readonly #interned: InternTable;
  readonly #tableBytesMax: number;
  readonly #headerListBytesMax: number;
  readonly #rememberBlocks: boolean;
  #remembered: RememberedBlocks | undefined = undefined;
  #lastPrint = 0;
  /** The limit of size updates now. */
  #sizeUpdateMax: number;
  /** The next block has to begin with a size update. */
  #sizeUpdateDue = false;
  #broken = false;
  // The list being decoded. It is too large when its bytes exceed the maximum; bytes only grow.
  #fields: string[] = [];
  #listBytes = 0;

  constructor(options: HpackDecoderOptions) {
    this.#tableBytesMax = options.tableBytesMax;
    this.#headerListBytesMax = options.headerListBytesMax;
    this.#interned = options.interned;
    this.#rememberBlocks = options.rememberBlocks ?? true;
    this.#table = new DynamicTable(initialTableBytes);
    this.#sizeUpdateMax = Math.max(options.tableBytesMax, initialTableBytes);
  }

  /**
   * The peer acknowledged our SETTINGS. Needed only where tableBytesMax is below 4096: until then the peer may use
   * 4096 octets, and from then on it has to reduce its table first (RFC 7541 4.2).
   */
  settingsAcknowledged(): void {
    this.#sizeUpdateMax = this.#tableBytesMax;
    if (this.#table.bytesMax > this.#tableBytesMax) {
      this.#sizeUpdateDue = true;
      this.#table.touch();
    }
  }

  /**
   * Decodes one complete header block (HEADERS and its CONTINUATIONs together). Keeps no reference to `block`.
   *
   * @throws HpackError any decoding error; the decoder cannot be used after it
   */
  decode(block: Uint8Array): HeaderBlock {
    if (this.#broken) throw new HpackError("a header block of this connection could not be decoded");
    const changes = this.#table.changes;
    const mayRemember = this.#rememberBlocks && block.length <= rememberedBlockBytesMax;
    if (mayRemember) {
      const known = this.#remembered?.find(block, changes);
      if (known !== undefined) return known;
    }
    this.#broken = true;
    const decoded = this.#decode(block);
    this.#broken = false;
    if (mayRemember && this.#table.changes === changes && this.#cameBefore(block)) {
      this.#remembered ??= new RememberedBlocks();
      this.#remembered.remember(block, changes, decoded);
    }
    return decoded;
  }

  /** Whether the block looks like the one before it that was not remembered: a block that comes once costs no memory. */
  #cameBefore(block: Uint8Array): boolean {
    let print = block.length;
    for (let i = Math.max(0, block.length - FINGERPRINT_BYTES); i < block.length; i++) {
      print = (Math.imul(print, 31) + (block[i] as number)) | 0;
    }
    const same = print === this.#lastPrint;
    this.#lastPrint = print;
    return same;
  }

  #decode(block: Uint8Array): HeaderBlock {
    const fields: string[] = [];
    this.#fields = fields;
    this.#listBytes = 0;
    reader.open(block);
    try {
      this.#readSizeUpdates();
      while (reader.at < reader.end) this.#readField();
    } finally {
      reader.close();
      this.#fields = noFields;
    }
    return new HeaderBlock(fields, this.#listBytes, this.#listBytes > this.#headerListBytesMax);
  }

  #readSizeUpdates(): void {
    let updates = 0;
    while (reader.at < reader.end && ((reader.bytes[reader.at] as number) & 0xe0) === sizeUpdateFlag) {
      if (++updates > sizeUpdatesMax) throw new HpackError("too many dynamic table size updates");
      const bytesMax = reader.readInteger(sizeUpdateMask);
      if (bytesMax > this.#sizeUpdateMax) throw new HpackError("dynamic table size update above the limit");
      this.#table.resize(bytesMax);
      this.#sizeUpdateDue = false;
    }
    if (this.#sizeUpdateDue) throw new HpackError("missing dynamic table size update");
  }

  #readField(): void {
    const octet = reader.bytes[reader.at] as number;
    if ((octet & indexedFlag) !== 0) this.#readIndexed();
    else if ((octet & insertedFlag) !== 0) this.#readLiteral(insertedMask, true);
    else if ((octet & sizeUpdateFlag) !== 0) throw new HpackError("dynamic table size update after a field");
    else this.#readLiteral(literalMask, false);
  }

  #readIndexed(): void {
    const index = reader.readInteger(indexedMask);
    const name = this.#nameAt(index);
    const value =
      index <= staticTableLength ? staticValues[index] : this.#table.value(index - staticTableLength - 1);
    this.#add(name, value as string);
  }

  #readLiteral(prefixMask: number, insert: boolean): void {
    const index = reader.readInteger(prefixMask);
    let name = "";
    let nameStart = 0;
    let nameEnd = 0;
    let nameHuffman = false;
    if (index !== 0) {
      name = this.#nameAt(index);
    } else {
      reader.scanLiteral();
      nameStart = reader.literalStart;
      nameEnd = reader.at;
      nameHuffman = reader.literalHuffman;
    }
    reader.scanLiteral();
    const { bytes, literalStart: start, at: end, literalHuffman: huffman } = reader;
    const octets = nameEnd - nameStart + end - start;
    const bytesAtMost = name.length + symbolsPerOctetMax * octets + entryOverheadBytes;
    if (this.#listBytes + bytesAtMost > this.#headerListBytesMax) {
      const nameBytes =
        index !== 0 ? name.length : decodedLiteralLength(bytes, nameStart, nameEnd, nameHuffman);
      const fieldBytes = nameBytes + decodedLiteralLength(bytes, start, end, huffman) + entryOverheadBytes;
      const inserted = insert && fieldBytes <= this.#table.bytesMax;
      if (!inserted && this.#listBytes + fieldBytes > this.#headerListBytesMax) {
        // Neither the list nor the table holds it: count it, and build no string.
        this.#listBytes += fieldBytes;
        if (insert) this.#table.insertTooLarge();
        return;
      }
    }
    if (index === 0) name = this.#interned.decode(bytes, nameStart, nameEnd, nameHuffman);
    const value = this.#interned.decode(bytes, start, end, huffman);
    this.#add(name, value);
    if (insert) this.#table.insert(name, value);
  }

  #nameAt(index: number): string {
    if (index === 0) throw new HpackError("index 0");
    if (index <= staticTableLength) return staticNames[index] as string;
    const place = index - staticTableLength - 1;
    if (place >= this.#table.count) throw new HpackError("index beyond the tables");
    return this.#table.name(place);
  }

  #add(name: string, value: string): void {
    this.#listBytes += name.length + value.length + entryOverheadBytes;
    if (this.#listBytes <= this.#headerListBytesMax) this.#fields.push(name, value);
  }
}

// Between blocks, so that the last list is not kept alive; never written to.
const noFields: string[] = [];
