// Makes the protobuf runtime keep strings as they are: its own decoder drops a byte order mark at the beginning, so that two
// different topic names would become one, or one two.

import { configureTextEncoding } from "@bufbuild/protobuf/wire";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** For the whole process, once. */
export function keepStringsAsTheyAre(): void {
  configureTextEncoding({
    encodeUtf8: (text) => encoder.encode(text),
    decodeUtf8: (bytes) => decoder.decode(bytes),
    checkUtf8: (text) => !/[\uD800-\uDFFF]/u.test(text),
  });
}
