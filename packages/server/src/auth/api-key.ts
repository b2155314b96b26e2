// API keys as text: `subito_<id>_<secret>`, and the base64 form that the SDKs read (wire-contract.md 3.1, v1).

import { createHash, timingSafeEqual } from "node:crypto";
import type { ApiKeyRecord } from "../ports/catalog.js";

const TOKEN = /^subito_([0-9a-z]{1,64})_([0-9A-Za-z]{1,256})$/;

// Canonical base64, which the JavaScript SDK demands; both alphabets, for the Rust SDK has the other one.
const BASE64 = /^[0-9A-Za-z+/_-]+={0,2}$/;

export interface ApiKeyToken {
  readonly id: string;
  readonly secret: string;
}

/** The parts of `subito_<id>_<secret>`; undefined for any other text. */
export function parseApiKeyToken(token: string): ApiKeyToken | undefined {
  const match = TOKEN.exec(token);
  if (match === null) return undefined;
  const [, id, secret] = match;
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

export function formatApiKeyToken(key: ApiKeyToken): string {
  return `subito_${key.id}_${key.secret}`;
}

/** SHA-256 of a secret, lower-case hex. A secret of 260 random bits needs no slow hash. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Compares in constant time whether `secret` is the one whose hash the record keeps. */
export function secretMatches({ secretSha256 }: Pick<ApiKeyRecord, "secretSha256">, secret: string): boolean {
  const expected = Buffer.from(secretSha256, "hex");
  const actual = createHash("sha256").update(secret).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

export interface CredentialText {
  /** Where the SDK connects: `HOST:PORT`. */
  readonly endpoint: string;
  readonly apiKey: string;
}

/** The text that SDKs take as an API key: base64 of `{"endpoint":…,"api_key":…}`. */
export function formatCredential(credential: CredentialText): string {
  const json = JSON.stringify({ endpoint: credential.endpoint, api_key: credential.apiKey });
  return Buffer.from(json).toString("base64");
}

/** Reads what `formatCredential` wrote, in either base64 alphabet; undefined for any other text. */
export function parseCredential(text: string): CredentialText | undefined {
  if (!BASE64.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, "base64").toString());
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { endpoint, api_key: apiKey } = value as Readonly<Record<string, unknown>>;
  return typeof endpoint === "string" && typeof apiKey === "string" ? { endpoint, apiKey } : undefined;
}
