// The decoder's dynamic table (RFC 7541 2.3.2 and 4): a ring that costs nothing until the first insertion.

/** What an entry counts beyond its octets (RFC 7541 4.1). */
export const entryOverheadBytes = 32;

const firstCapacity = 8;
const noFields: string[] = [];

/** A first-in first-out table of header fields, bounded by the sum of its entries' sizes. */
export class DynamicTable {
  // Entry i's name is at 2 * i, its value at 2 * i + 1; the capacity is a power of two.
  #fields: string[] = noFields;
  #capacity = 0;
  /** Where the next entry goes, before masking. */
  #next = 0;
  #count = 0;
  #bytes = 0;
  #bytesMax: number;
  #changes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Number of entries. */
  get count(): number {
    return this.#count;
  }

  /** Sum of the entries' sizes (RFC 7541 4.1). */
  get bytes(): number {
    return this.#bytes;
  }

  /** The size that the entries may have together now. */
  get bytesMax(): number {
    return this.#bytesMax;
  }

  /** Grows with whatever changes the table: equal numbers mean an equal table. */
  get changes(): number {
    return this.#changes;
  }

  /** Name of an entry: 0 is the newest, and `place` is below `count`. */
  name(place: number): string {
    return this.#fields[((this.#next - 1 - place) & (this.#capacity - 1)) * 2] as string;
  }

  /** Value of an entry: 0 is the newest, and `place` is below `count`. */
  value(place: number): string {
    return this.#fields[((this.#next - 1 - place) & (this.#capacity - 1)) * 2 + 1] as string;
  }

  /** Adds an entry and evicts the oldest as needed; an entry beyond the whole table empties it (RFC 7541 4.4). */
  insert(name: string, value: string): void {
    const bytes = name.length + value.length + entryOverheadBytes;
    if (bytes > this.#bytesMax) {
      this.insertTooLarge();
      return;
    }
    this.#changes++;
    this.#evictTo(this.#bytesMax - bytes);
    if (this.#count === this.#capacity) this.#grow();
    const slot = (this.#next & (this.#capacity - 1)) * 2;
    this.#fields[slot] = name;
    this.#fields[slot + 1] = value;
    this.#next = (this.#next + 1) & (this.#capacity - 1);
    this.#count++;
    this.#bytes += bytes;
  }

  /** What the insertion of an entry larger than the table does, without the entry: the table is empty after it. */
  insertTooLarge(): void {
    this.#changes++;
    this.#clear();
  }

  /** Dynamic table size update (RFC 7541 4.3). */
  resize(bytesMax: number): void {
    this.#changes++;
    this.#bytesMax = bytesMax;
    if (bytesMax === 0) this.#clear();
    else this.#evictTo(bytesMax);
  }

  /** Makes `changes` differ, for a change of what the table's user would answer. */
  touch(): void {
    this.#changes++;
  }

  #evictTo(bytesMax: number): void {
    while (this.#bytes > bytesMax) {
      const slot = ((this.#next - this.#count) & (this.#capacity - 1)) * 2;
      const name = this.#fields[slot] as string;
      const value = this.#fields[slot + 1] as string;
      this.#bytes -= name.length + value.length + entryOverheadBytes;
      this.#count--;
      // Only to let the strings go.
      this.#fields[slot] = "";
      this.#fields[slot + 1] = "";
    }
  }

  #clear(): void {
    this.#fields = noFields;
    this.#capacity = 0;
    this.#next = 0;
    this.#count = 0;
    this.#bytes = 0;
  }

  #grow(): void {
    const capacity = this.#capacity === 0 ? firstCapacity : this.#capacity * 2;
    const fields = new Array<string>(capacity * 2).fill("");
    for (let i = 0; i < this.#count; i++) {
      const slot = ((this.#next - this.#count + i) & (this.#capacity - 1)) * 2;
      fields[2 * i] = this.#fields[slot] as string;
      fields[2 * i + 1] = this.#fields[slot + 1] as string;
    }
    this.#fields = fields;
    this.#capacity = capacity;
    this.#next = this.#count;
  }
}
