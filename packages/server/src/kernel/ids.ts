// Random names and secrets from the machine's cryptographic source.

import { randomBytes } from "node:crypto";

// 32 symbols, so that five bits of a byte pick one without bias; without i, l, o, u, which are misread.
const SYMBOLS = "0123456789abcdefghjkmnpqrstvwxyz";

/** Where random bytes come from; tests and simulations bring their own. */
export type RandomSource = (byteCount: number) => Uint8Array;

function randomText(length: number, source: RandomSource): string {
  let text = "";
  for (const byte of source(length)) text += SYMBOLS.charAt(byte & 31);
  return text;
}

/** 16 lower-case letters and digits (80 bits): unique, not secret. */
export function randomId(source: RandomSource = randomBytes): string {
  return randomText(16, source);
}

/** 52 lower-case letters and digits (260 bits): not to be guessed. */
export function randomSecret(source: RandomSource = randomBytes): string {
  return randomText(52, source);
}

/** 256 random bits in base64url, for keys that sign. */
export function randomSigningSecret(source: RandomSource = randomBytes): string {
  return Buffer.from(source(32)).toString("base64url");
}

/** 32 random bits, for seeds. */
export function randomSeed(source: RandomSource = randomBytes): number {
  return Buffer.from(source(4)).readUInt32LE();
}
