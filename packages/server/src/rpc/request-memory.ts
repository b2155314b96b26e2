// How many bytes unfinished requests hold, all connections and protocols together, and how many they may.

export class RequestMemory {
  readonly bytesMax: number;
  bytes = 0;
  /** Requests that found no room. */
  refused = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** Counts `bytes`; false, with nothing counted, when they do not fit. */
  take(bytes: number): boolean {
    if (this.bytes + bytes > this.bytesMax) {
      this.refused++;
      return false;
    }
    this.bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.bytes -= bytes;
  }
}
