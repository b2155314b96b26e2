// Names come again and again: the last ones are not decoded anew.

import { isUtf8 } from "node:buffer";
import { ProtobufError } from "./protobuf-reader.js";

const ENTRIES = 256;
/** Longer names are decoded each time. */
const CACHED_BYTES_MAX = 64;

/** Decodes UTF-8 names, remembering one per slot of a small table. */
export class NameCache {
  readonly #names: string[] = new Array<string>(ENTRIES).fill("");

  decode(bytes: Uint8Array): string {
    const length = bytes.length;
    if (length === 0) return "";
    if (length > CACHED_BYTES_MAX) return decodeName(bytes);
    let hash = length;
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const slot = hash & (ENTRIES - 1);
    const known = this.#names[slot] as string;
    if (isSameAscii(known, bytes)) return known;
    return (this.#names[slot] = decodeName(bytes));
  }
}

function isSameAscii(text: string, bytes: Uint8Array): boolean {
  if (text.length !== bytes.length) return false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    // A byte above ASCII never equals the character of that number: such a name is decoded anew.
    if (byte > 0x7f || text.charCodeAt(i) !== byte) return false;
  }
  return true;
}

function decodeName(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new ProtobufError("a name that is not UTF-8");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
