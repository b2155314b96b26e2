// Octets to a latin1 string, by the shortest way Node has: no argument handling, and no wrapper for a plain Uint8Array.

interface Latin1Sliceable {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
}

// Node has this method on every Buffer, but its types do not tell of it.
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its `this` below
const slice = (Buffer.prototype as unknown as Latin1Sliceable).latin1Slice;

/** The octets from `start` to `end`, each as one character; a flat string that does not keep `bytes` alive. */
export function latin1Slice(bytes: Uint8Array, start: number, end: number): string {
  return slice.call(bytes, start, end);
}
