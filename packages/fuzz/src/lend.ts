// Bytes as a transport hands them over: a view of a buffer that the next read overwrites.

/** Calls `use` with a copy of `bytes` that is overwritten when the call returns: whatever was kept of it is seen to be wrong. */
export function lend<T>(bytes: Uint8Array, use: (view: Buffer) => T): T {
  const view = Buffer.from(bytes);
  try {
    return use(view);
  } finally {
    view.fill(0xee);
  }
}
