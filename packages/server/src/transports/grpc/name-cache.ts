// Names come again and again: the last ones are not decoded anew.

import { isUtf8 } from "node:buffer";
import { type NameDecoder, ProtobufError } from "./protobuf-reader.js";

const ENTRIES = 256;
/** Longer names are decoded each time. */
const CACHED_BYTES_MAX = 64;

/** Decodes UTF-8 names, remembering one per slot of a small table. */
export class NameCache implements NameDecoder {
  readonly #names: string[] = new Array<string>(ENTRIES).fill("");

  decode(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return "";
    if (length > CACHED_BYTES_MAX) return decodeName(bytes, start, end);
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const slot = hash & (ENTRIES - 1);
    const known = this.#names[slot] as string;
    if (isSameAscii(known, bytes, start, end)) return known;
    return (this.#names[slot] = decodeName(bytes, start, end));
  }
}

function isSameAscii(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    // A byte above ASCII never equals the character of that number: such a name is decoded anew.
    if (byte > 0x7f || text.charCodeAt(i - start) !== byte) return false;
  }
  return true;
}

function decodeName(bytes: Uint8Array, start: number, end: number): string {
  const name = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  if (!isUtf8(name)) throw new ProtobufError("a name that is not UTF-8");
  return name.toString("utf8");
}
