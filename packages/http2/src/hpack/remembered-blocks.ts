// The last few header blocks of a connection that left its dynamic table alone, with what they decoded to.

import type { HeaderBlock } from "./header-block.js";

/** Longer blocks are not remembered. */
export const rememberedBlockBytesMax = 512;

const entriesMax = 4;
// From here on the native comparison is faster than the loop, for all that calling it costs.
const nativeCompareBytesMin = 40;

interface Entry {
  bytes: Uint8Array;
  /** The dynamic table's change counter: the block means the same only while the table has not changed. */
  changes: number;
  block: HeaderBlock;
  /** Found since it was last passed over for replacement. */
  used: boolean;
}

/**
 * Such a block is a pure function of its octets and the dynamic table, so the same octets with an unchanged table
 * give the same list. Allocates nothing for a block that is never remembered, and reuses a buffer whose length fits.
 */
export class RememberedBlocks {
  readonly #entries: Entry[] = [];
  /** The next entry to be considered for replacement. */
  #hand = 0;

  /** The block that these octets decoded to while the table was as it is now, if it is remembered. */
  find(bytes: Uint8Array, changes: number): HeaderBlock | undefined {
    const length = bytes.length;
    const entries = this.#entries;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i] as Entry;
      if (entry.bytes.length !== length || entry.changes !== changes) continue;
      if (!sameOctets(entry.bytes, bytes)) continue;
      entry.used = true;
      return entry.block;
    }
    return undefined;
  }

  /** Remembers a block of at most `rememberedBlockBytesMax` octets; the octets are copied. */
  remember(bytes: Uint8Array, changes: number, block: HeaderBlock): void {
    const entry = this.#entryToReplace(changes);
    if (entry === undefined) {
      this.#entries.push({ bytes: new Uint8Array(bytes), changes, block, used: false });
      return;
    }
    if (entry.bytes.length === bytes.length) entry.bytes.set(bytes);
    else entry.bytes = new Uint8Array(bytes);
    entry.changes = changes;
    entry.block = block;
    entry.used = false;
  }

  /** Second chance: an entry that was found since the last round stays; a stale one goes first. */
  #entryToReplace(changes: number): Entry | undefined {
    const entries = this.#entries;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i] as Entry;
      if (entry.changes !== changes) return entry;
    }
    if (entries.length < entriesMax) return undefined;
    for (;;) {
      const entry = entries[this.#hand] as Entry;
      this.#hand = (this.#hand + 1) % entriesMax;
      if (!entry.used) return entry;
      entry.used = false;
    }
  }
}

/** Whether octets of the same length are equal. */
function sameOctets(kept: Uint8Array, bytes: Uint8Array): boolean {
  const length = kept.length;
  // The last octet first: requests of one client begin alike.
  if (kept[length - 1] !== bytes[length - 1]) return false;
  if (length >= nativeCompareBytesMin) return Buffer.compare(kept, bytes) === 0;
  for (let i = 0; i < length; i++) if (kept[i] !== bytes[i]) return false;
  return true;
}
