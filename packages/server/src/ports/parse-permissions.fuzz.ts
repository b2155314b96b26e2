// Fuzzes permission sets out of JSON: refused with a reason, or read into the same set that they say, whole and again.

import assert from "node:assert/strict";
import type { FuzzTarget } from "@subito/fuzz";
import { ServiceError } from "../kernel/errors.js";
import { RULES_MAX, parsePermissionSet } from "./parse-permissions.js";
import type { PermissionSet } from "./permissions.js";

function parse(value: unknown): PermissionSet | undefined {
  try {
    return parsePermissionSet(value);
  } catch (error) {
    assert.ok(error instanceof ServiceError && error.code === "invalid_argument", String(error));
    assert.ok(error.message.length < 300, "a short reason");
    return undefined;
  }
}

/** What a set says, without how it is written: verbs in order and once, and no words for the whole. */
function normalize(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => {
      if (key === "permissions" && Array.isArray(part)) return [...new Set<unknown>(part)].sort();
      if ((key === "items" || key === "resources") && part === "*") return undefined;
      return part;
    }),
  );
}

function run(input: Uint8Array): void {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(input).toString("utf8"));
  } catch {
    return;
  }
  const set = parse(value);
  if (set === undefined) return;
  assert.ok(set.rules.length <= RULES_MAX);
  assert.deepEqual(normalize(set), normalize(value), "nothing is dropped and nothing is added");
}

const rule = (fields: string): string => `{"rules":[${fields}]}`;

export const targets: readonly FuzzTarget[] = [
  {
    name: "permissions",
    inputBytesMax: 400,
    seeds: [
      "{}",
      rule(""),
      rule('{"type":"auth_management","permissions":["read","write","list"],"items":"*"}'),
      rule('{"type":"resource_management","permissions":[],"resources":"*"}'),
      rule('{"type":"account_management","permissions":["list"]}'),
      rule('{"type":"cache","permissions":["read"],"caches":"*","items":{"key_prefix":"p"}}'),
      rule('{"type":"cache","permissions":["read"],"caches":{"name":"c"},"items":{"key_base64":"AA=="}}'),
      rule('{"type":"topic","permissions":["write","write"],"caches":{"name":"c"},"topics":{"prefix":"p"}}'),
      rule('{"type":"function","permissions":["invoke"],"caches":"*","functions":"*"}'),
      '{"rules":[],"conditions":[{"ip_filter":{"allowed_cidr_ranges":["10.0.0.0/8","::/0"]}}]}',
    ],
    dictionary: [
      ...['"type":"topic"', '"*"', '{"name":"c"}', '{"prefix":"p"}', '"permissions":["read"]', '"rules":['],
      ...[
        '"conditions":[',
        '{"ip_filter":{"allowed_cidr_ranges":["',
        "/33",
        '"__proto__":',
        "null",
        "[",
        "]",
        ",",
      ],
    ],
    run,
  },
];
