// Huffman coding of HPACK strings (RFC 7541 5.2). Decoding takes one octet a step, through a state machine:
// a state is an inner node of the code's tree, and one octet completes at most two symbols (the shortest code has 5 bits).

import { HpackError } from "./hpack-error.js";
import { endOfString, huffmanCodeBits, huffmanCodes } from "./huffman-table.js";
import { latin1Slice } from "./latin1-slice.js";

// A transition: bits 0-7 next state, 8-15 first symbol, 16-23 second symbol, 24-25 number of symbols, 26 end of string met.
const countShift = 24;
const brokenFlag = 1 << 26;

// What may be left behind the last symbol: nothing, or 1 to 7 bits that are all ones. Indexed by state.
const isPadding = new Uint8Array(256);
const transitions = buildTransitions();

// Strings decode into one scratch; only those that could outgrow it have one of their own.
const scratchBytes = 16 * 1024;
const scratch = Buffer.allocUnsafeSlow(scratchBytes);

/**
 * Decodes the octets from `start` to `end` to a latin1 string.
 *
 * @throws HpackError the end-of-string symbol, or padding that is longer than 7 bits or not all ones
 */
export function huffmanDecode(bytes: Uint8Array, start: number, end: number): string {
  // One more, for the second symbol is written even where there is none.
  const room = 2 * (end - start) + 1;
  const out = room <= scratchBytes ? scratch : Buffer.allocUnsafeSlow(room);
  let length = 0;
  let entry = 0;
  let seen = 0;
  for (let at = start; at < end; at++) {
    entry = transitions[((entry & 0xff) << 8) | (bytes[at] as number)] as number;
    seen |= entry;
    out[length] = entry >>> 8;
    out[length + 1] = entry >>> 16;
    length += (entry >>> countShift) & 3;
  }
  checkEnd(entry, seen);
  return latin1Slice(out, 0, length);
}

/**
 * How many octets `huffmanDecode` would give; builds nothing.
 *
 * @throws HpackError as `huffmanDecode`
 */
export function huffmanDecodedLength(bytes: Uint8Array, start: number, end: number): number {
  let length = 0;
  let entry = 0;
  let seen = 0;
  for (let at = start; at < end; at++) {
    entry = transitions[((entry & 0xff) << 8) | (bytes[at] as number)] as number;
    seen |= entry;
    length += (entry >>> countShift) & 3;
  }
  checkEnd(entry, seen);
  return length;
}

/** Octets that `huffmanEncode` writes for this latin1 string. */
export function huffmanEncodedLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += huffmanCodeBits[text.charCodeAt(i) & 0xff] as number;
  return (bits + 7) >>> 3;
}

/**
 * Writes a latin1 string as Huffman code, padded with ones.
 *
 * @returns the index after the last octet written
 */
export function huffmanEncode(text: string, out: Uint8Array, offset: number): number {
  let at = offset;
  // The low `pending` bits of `held` are not written yet: always fewer than 8 between symbols.
  let held = 0;
  let pending = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i) & 0xff;
    const code = huffmanCodes[symbol] as number;
    let left = huffmanCodeBits[symbol] as number;
    while (left > 0) {
      const taken = Math.min(left, 8);
      left -= taken;
      held = ((held << taken) | ((code >>> left) & ((1 << taken) - 1))) & 0xffff;
      pending += taken;
      if (pending >= 8) {
        pending -= 8;
        out[at++] = held >>> pending;
      }
    }
  }
  if (pending > 0) out[at++] = (held << (8 - pending)) | (0xff >>> pending);
  return at;
}

function checkEnd(lastEntry: number, seen: number): void {
  if ((seen & brokenFlag) !== 0) throw new HpackError("end-of-string symbol in a Huffman string");
  if (isPadding[lastEntry & 0xff] === 0) throw new HpackError("bad padding of a Huffman string");
}

/** The code as a tree: children[2 * node + bit] is an inner node, or -1 - symbol. 257 symbols make 256 inner nodes. */
function buildTree(): Int16Array {
  const children = new Int16Array(512);
  let nodes = 1;
  for (let symbol = 0; symbol <= endOfString; symbol++) {
    const code = huffmanCodes[symbol] as number;
    let node = 0;
    for (let bit = (huffmanCodeBits[symbol] as number) - 1; bit > 0; bit--) {
      const branch = 2 * node + ((code >>> bit) & 1);
      if (children[branch] === 0) children[branch] = nodes++;
      node = children[branch] as number;
    }
    children[2 * node + (code & 1)] = -1 - symbol;
  }
  return children;
}

function buildTransitions(): Uint32Array {
  const children = buildTree();
  for (let node = 0, depth = 0; depth <= 7; depth++) {
    isPadding[node] = 1;
    node = children[2 * node + 1] as number;
  }
  const table = new Uint32Array(256 * 256);
  for (let place = 0; place < table.length; place++) {
    let node = place >>> 8;
    let symbols = 0;
    let count = 0;
    let broken = 0;
    for (let bit = 7; bit >= 0; bit--) {
      node = children[2 * node + ((place >>> bit) & 1)] as number;
      if (node >= 0) continue;
      const symbol = -1 - node;
      node = 0;
      if (symbol === endOfString) broken = brokenFlag;
      else symbols |= symbol << (8 * ++count);
    }
    table[place] = node | symbols | (count << countShift) | broken;
  }
  return table;
}
