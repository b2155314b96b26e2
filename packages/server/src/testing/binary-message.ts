// The binary form of a WebSocket message (docs/reference/websocket.md), as a client makes it.

/** The length of the JSON in four bytes, the JSON, the value. */
export function toBinaryMessage(json: object | string, value: Uint8Array): Buffer {
  const text = Buffer.from(typeof json === "string" ? json : JSON.stringify(json));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, value]);
}
