// The input that a thread is running, in memory that the main thread sees too: of one that never ends, nothing else would tell.

const HEADER_INTS = 2;

export interface SharedInput {
  /** Notes the input that is run next. */
  set(input: Uint8Array): void;
  /** Grows with every input. */
  readonly count: number;
  /** A copy of the last input. */
  read(): Uint8Array;
}

export function createSharedMemory(inputBytesMax: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_INTS * 4 + inputBytesMax);
}

export function openSharedInput(memory: SharedArrayBuffer): SharedInput {
  const header = new Int32Array(memory, 0, HEADER_INTS);
  const bytes = new Uint8Array(memory, HEADER_INTS * 4);
  return {
    set(input) {
      bytes.set(input.length > bytes.length ? input.subarray(0, bytes.length) : input);
      header[1] = Math.min(input.length, bytes.length);
      header[0] = (header[0] as number) + 1;
    },
    get count() {
      return header[0] as number;
    },
    read: () => Uint8Array.from(bytes.subarray(0, header[1])),
  };
}
