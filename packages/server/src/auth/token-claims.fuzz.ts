// Fuzzes what stands in a token whose signature is right: nothing that this server would not write itself is believed.

import assert from "node:assert/strict";
import type { FuzzTarget } from "@subito/fuzz";
import {
  DISPOSABLE_RULES_MAX,
  TOKEN_ID_LENGTH_MAX,
  TOKEN_LIFETIME_SECONDS_MAX,
  parsePayload,
  toPayload,
} from "./token-claims.js";

function run(input: Uint8Array): void {
  let payload: unknown;
  try {
    payload = JSON.parse(Buffer.from(input).toString("utf8"));
  } catch {
    return;
  }
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return;
  const claims = parsePayload(payload as Readonly<Record<string, unknown>>);
  if (claims === undefined) return;
  assert.ok(claims.id !== "" && claims.id.length <= TOKEN_ID_LENGTH_MAX);
  assert.ok(Number.isSafeInteger(claims.issuedAtMs) && claims.issuedAtMs >= 0);
  if (claims.kind === "key") assert.ok(claims.expiresAtMs === undefined || claims.expiresAtMs >= 0);
  else
    assert.ok(claims.expiresAtMs - claims.issuedAtMs <= TOKEN_LIFETIME_SECONDS_MAX * 1000, "too long a life");
  if (claims.kind === "disposable") {
    const { rules } = claims.permissions;
    assert.ok(rules.length <= DISPOSABLE_RULES_MAX && claims.tokenId.length <= TOKEN_ID_LENGTH_MAX);
    assert.ok(
      rules.every(({ type }) => !type.endsWith("_management")),
      "power over the server",
    );
  }
  assert.deepEqual(parsePayload(toPayload(claims, "e")), claims, "written and read again");
}

const common = '"jti":"a1","iat":1000.5,"exp":2000.25';
const topic = '{"type":"topic","permissions":["read"],"caches":"*","topics":{"name":"t"}}';

export const targets: readonly FuzzTarget[] = [
  {
    name: "token-claims",
    inputBytesMax: 400,
    seeds: [
      "{}",
      `{"kind":"disposable",${common},"permissions":{"rules":[${topic}]},"token_id":"alice","by":"k"}`,
      `{"kind":"session",${common},"role_id":"owner"}`,
      '{"kind":"key","jti":"a1","iat":0,"t":"g"}',
      `{"kind":"key",${common},"cp":"control.e","c":"cache.e"}`,
    ],
    dictionary: [
      ...[
        '"kind":"session"',
        '"kind":"disposable"',
        '"kind":"key"',
        '"exp":',
        '"iat":',
        '"jti":"',
        '"t":"g"',
        '"c":""',
      ],
      ...[
        '"type":"auth_management"',
        '"items":"*"',
        "1e300",
        "-1",
        "null",
        "9007199254740993",
        '"permissions":{"rules":[',
      ],
    ],
    run,
  },
];
