// HPACK the slow way (RFC 7541), as a second opinion on the decoder: one list for the table, numbers as bigint, bits as text.

import { latin1 } from "@subito/fuzz";
import { huffmanCodeBits, huffmanCodes } from "../hpack/huffman-table.js";
import { staticNames, staticTableLength, staticValues } from "../hpack/static-table.js";

type Field = readonly [name: string, value: string];

/** The bytes are no header block. */
export class SlowHpackError extends Error {}

const END_OF_STRING = 256;

/** The code as a tree of pairs: what a 0 and what a 1 lead to, a symbol or a pair. */
type Branch = [zero: Branch | number | undefined, one: Branch | number | undefined];
const root: Branch = [undefined, undefined];
for (let symbol = 0; symbol <= END_OF_STRING; symbol++) {
  const bits = (huffmanCodes[symbol] as number).toString(2).padStart(huffmanCodeBits[symbol] as number, "0");
  let branch = root;
  for (const bit of bits.slice(0, -1)) branch = (branch[Number(bit)] ??= [undefined, undefined]) as Branch;
  branch[Number(bits.at(-1))] = symbol;
}

/** The text of Huffman-coded octets (RFC 7541 5.2), bit by bit. */
export function slowHuffmanDecode(octets: Uint8Array): string {
  let text = "";
  let branch = root;
  // Of the bits since the last symbol.
  let count = 0;
  let allOnes = true;
  for (const octet of octets) {
    for (let place = 7; place >= 0; place--) {
      const bit = (octet >>> place) & 1;
      const next = branch[bit] as Branch | number;
      count++;
      allOnes &&= bit === 1;
      if (typeof next === "object") {
        branch = next;
        continue;
      }
      if (next === END_OF_STRING) throw new SlowHpackError("end of string");
      text += String.fromCharCode(next);
      branch = root;
      count = 0;
      allOnes = true;
    }
  }
  if (count > 7 || !allOnes) throw new SlowHpackError("padding");
  return text;
}

/** One integer (RFC 7541 5.1) of at most 4 continuation octets and 28 bits, and where it ends. */
export function slowInteger(octets: Uint8Array, from: number, prefixBits: number): readonly [number, number] {
  let at = from;
  const next = (): number => {
    const octet = octets[at++];
    if (octet === undefined) throw new SlowHpackError("cut short");
    return octet;
  };
  const full = 2 ** prefixBits - 1;
  const prefix = next() % 2 ** prefixBits;
  if (prefix < full) return [prefix, at];
  let value = BigInt(prefix);
  for (let i = 0n; ; i++) {
    if (i === 4n) throw new SlowHpackError("too long");
    const octet = next();
    value += BigInt(octet % 128) << (7n * i);
    if (octet < 128) break;
  }
  if (value >= 2n ** 28n) throw new SlowHpackError("too large");
  return [Number(value), at];
}

/** A decoder without any limit but the size of its table. */
export class SlowHpackDecoder {
  readonly #tableBytesMax: number;
  #table: Field[] = [];
  #bytesMax = 4096;

  constructor(tableBytesMax: number) {
    this.#tableBytesMax = tableBytesMax;
  }

  /** Throws SlowHpackError; the decoder is of no use after it. */
  decode(block: Uint8Array): Field[] {
    const fields: Field[] = [];
    let at = 0;
    let updates = 0;
    const integer = (prefixBits: number): number => {
      const [value, end] = slowInteger(block, at, prefixBits);
      at = end;
      return value;
    };
    const text = (): string => {
      const isHuffman = (block[at] ?? 0) >= 128;
      const length = integer(7);
      if (length > block.length - at) throw new SlowHpackError("cut short");
      const octets = block.subarray(at, at + length);
      at += length;
      return isHuffman ? slowHuffmanDecode(octets) : latin1(octets);
    };
    while (at < block.length) {
      const octet = block[at] as number;
      if (octet >= 128) {
        fields.push(this.#at(integer(7)));
      } else if (octet >= 64) {
        const index = integer(6);
        const name = index > 0 ? this.#at(index)[0] : text();
        const field = [name, text()] as const;
        fields.push(field);
        this.#table.unshift(field);
        this.#evict();
      } else if (octet >= 32) {
        if (fields.length > 0 || ++updates > 2) throw new SlowHpackError("a size update out of place");
        this.#bytesMax = integer(5);
        if (this.#bytesMax > this.#tableBytesMax) throw new SlowHpackError("a size update above the limit");
        this.#evict();
      } else {
        const index = integer(4);
        const name = index > 0 ? this.#at(index)[0] : text();
        fields.push([name, text()]);
      }
    }
    return fields;
  }

  #at(index: number): Field {
    if (index > 0 && index <= staticTableLength)
      return [staticNames[index] as string, staticValues[index] as string];
    const field = index === 0 ? undefined : this.#table[index - staticTableLength - 1];
    if (field === undefined) throw new SlowHpackError("no such index");
    return field;
  }

  #evict(): void {
    while (listBytes(this.#table) > this.#bytesMax) this.#table.pop();
  }
}

/** Size of a list or of a table (RFC 7541 4.1). */
export function listBytes(fields: readonly Field[]): number {
  return fields.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
}
