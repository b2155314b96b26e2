// Fuzzes the catalog's file: it is refused, or what it says is true of every record and comes back as it was.

import assert from "node:assert/strict";
import type { FuzzTarget } from "@subito/fuzz";
import { isCacheName } from "../../kernel/names.js";
import { CatalogError, type CatalogState, formatCatalog, parseCatalog } from "./catalog-file.js";

function parse(bytes: Uint8Array): CatalogState | undefined {
  try {
    return parseCatalog("x", bytes);
  } catch (error) {
    if (error instanceof CatalogError) return undefined;
    throw error;
  }
}

function isTime(value: number | undefined): boolean {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}

function run(input: Uint8Array): void {
  const state = parse(input);
  if (state === undefined) return;
  for (const [name, cache] of state.caches) {
    assert.ok(name === cache.name && isCacheName(name) && isTime(cache.createdAtMs), "a cache");
    assert.deepEqual(Object.keys(cache), ["name", "createdAtMs"]);
  }
  for (const [id, key] of state.apiKeys) {
    assert.ok(
      id === key.id && /^[0-9a-z]{1,64}$/.test(id) && /^[0-9a-f]{64}$/.test(key.secretSha256),
      "a key",
    );
    assert.ok(isTime(key.createdAtMs) && (key.expiresAtMs === undefined || isTime(key.expiresAtMs)), "times");
  }
  const bytes = formatCatalog(state);
  const again = parse(bytes);
  assert.ok(again !== undefined, "its own text is refused");
  assert.deepEqual(again, state);
  assert.ok(Buffer.compare(formatCatalog(again), bytes) === 0, "another text");
}

const key = `{"id":"a1","secretSha256":"${"0f".repeat(32)}","description":"d","createdAtMs":1`;
const whole = (caches: string, keys: string): string =>
  `{"version":1,"caches":[${caches}],"apiKeys":[${keys}]}`;

export const targets: readonly FuzzTarget[] = [
  {
    name: "catalog-file",
    inputBytesMax: 400,
    seeds: [
      "",
      "{}",
      whole("", ""),
      whole('{"name":"default","createdAtMs":0}', ""),
      whole('{"name":"a","createdAtMs":1},{"name":"b","createdAtMs":2}', `${key}}`),
      whole("", `${key},"expiresAtMs":99}`),
      '{"version":2}',
      "[]",
    ],
    dictionary: [
      ...['"version":', '"caches":', '"apiKeys":', '"name":', '"createdAtMs":', '"id":', '"secretSha256":'],
      ...[
        '"description":',
        '"expiresAtMs":',
        "null",
        "true",
        "-1",
        "1e5",
        "1.5",
        "9007199254740992",
        '"',
        ",",
        "\\u0000",
      ],
      ...["\\ud800", '"__proto__":', '"constructor":', "-0", "[]", "{}", "\xef\xbb\xbf"],
    ],
    run,
  },
];
