// Fuzzes authentication: nobody gets in but with a key that was made, in one of its forms, before it expired or was revoked.

import assert from "node:assert/strict";
import { Choices, type FuzzTarget } from "@subito/fuzz";
import { ServiceError } from "../kernel/errors.js";
import type { Clock } from "../kernel/clock.js";
import type { ApiKeyRecord } from "../ports/catalog.js";
import { formatCredential, hashSecret } from "./api-key.js";
import { type AuthLimits, createAuthenticator } from "./authenticate.js";
import type { Principal } from "./principal.js";

const TOKEN_LENGTH_MAX = 300;
const EXPIRES_AT_MS = 1000;

/** So many failures that none is refused for its number. */
const LIMITS: AuthLimits = {
  ...{ rememberedTokensMax: 2, rememberedTokenMs: 500, tokenLengthMax: TOKEN_LENGTH_MAX },
  ...{ failuresPerAddressBurstMax: 1000, failuresPerAddressPerSecondMax: 1 },
  ...{ failuresPerKeyBurstMax: 1000, failuresPerKeyPerSecondMax: 1, failuresTrackedMax: 10 },
};

const nothing = { find: () => undefined };

const records: readonly ApiKeyRecord[] = [
  { id: "a", secretSha256: hashSecret("S1"), description: "", access: { roleId: "owner" }, createdAtMs: 0 },
  {
    id: "b",
    secretSha256: hashSecret("S2"),
    description: "",
    access: { roleId: "owner" },
    createdAtMs: 0,
    expiresAtMs: EXPIRES_AT_MS,
  },
];
const secrets: Readonly<Record<string, string>> = { subito_a_S1: "a", subito_b_S2: "b" };
const good = Object.keys(secrets);
const tokens = [...good, ...good.map((apiKey) => formatCredential({ endpoint: "h:1", apiKey }))];

/** The id of the key that `token` is, in one of its forms; found another way than the authenticator does. */
function idOf(token: string): string | undefined {
  if (token.length > TOKEN_LENGTH_MAX) return undefined;
  if (Object.hasOwn(secrets, token)) return secrets[token];
  if (!/^[\w+/-]*={0,2}$/.test(token)) return undefined;
  try {
    const { endpoint, api_key: key } = JSON.parse(Buffer.from(token, "base64").toString()) as Record<
      string,
      unknown
    >;
    return typeof endpoint === "string" && typeof key === "string" && Object.hasOwn(secrets, key)
      ? secrets[key]
      : undefined;
  } catch {
    return undefined;
  }
}

/** The input: a byte for what goes on, and a token, several times over. */
function run(input: Uint8Array): void {
  const choices = new Choices(input);
  const catalog = new Map(records.map((record) => [record.id, record]));
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs } as Clock;
  const mode = choices.byte() % 2 === 0 ? "open" : "required";
  const authenticator = createAuthenticator({
    catalog: {
      apiKeys: { find: (id) => catalog.get(id) },
      roles: nothing,
      signingKeys: nothing,
      revocations: nothing,
    },
    leases: { lend: (principal) => principal },
    clock,
    mode,
    limits: LIMITS,
  });
  for (let calls = 0; !choices.atEnd && calls < 16; calls++) {
    const what = choices.byte();
    if ((what & 1) !== 0) nowMs += 300;
    if ((what & 6) === 6) {
      catalog.delete("a");
      authenticator.forgetWhere(({ id }) => id === "a");
    }
    const token = what < 128 ? (tokens[what >>> 4] ?? "") : choices.textUntil(0xff);
    const loopbackHost = (what & 8) !== 0;
    const id = idOf(token);
    const isLive = id !== undefined && catalog.has(id) && !(id === "b" && nowMs >= EXPIRES_AT_MS);
    const isLocal = token === "" && mode === "open" && loopbackHost;
    let principal: Principal | undefined;
    try {
      const found = authenticator.authenticate(token, { loopbackHost, address: "192.0.2.7" });
      assert.ok(!(found instanceof Promise));
      principal = found;
    } catch (error) {
      assert.ok(
        error instanceof ServiceError && /^(unauthenticated|permission_denied)$/.test(error.code),
        String(error),
      );
    }
    assert.equal(principal !== undefined, isLive || isLocal, "who gets in");
    if (principal !== undefined) assert.equal(principal.id, isLocal ? "" : id);
  }
}

export const targets: readonly FuzzTarget[] = [
  {
    name: "authenticate",
    inputBytesMax: 500,
    seeds: [
      ...tokens.map((token) => `\x01\x88${token}\xff\x80${token}\xff`),
      "\x00\x48\x40\x08\x18\x28\x38",
      "\x01\x08\x11\x11\x11\x11\x11\x06\x00",
      `\x01\x80${"x".repeat(310)}\xff`,
    ],
    dictionary: [...tokens, "subito_", "\xff", "="],
    run,
  },
];
