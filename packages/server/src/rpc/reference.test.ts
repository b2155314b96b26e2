// docs/reference/errors.md holds every error code with what the transports make of it, and every limit.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { ERROR_CODES, ServiceError, type LimitReason } from "../kernel/errors.js";
import { HTTP_ERRORS } from "../transports/json/errors.js";
import { GRPC_STATUS } from "./status.js";

const reference = readFileSync(new URL("../../../../docs/reference/errors.md", import.meta.url), "utf8");

test("docs/reference/errors.md has every error code once, in order, with status and code of gRPC and HTTP", () => {
  const rows = [
    ...reference.matchAll(/^\| `(\w+)` \| (\d+) (\w+) \| (\d+) \| `(\w+)` \| (yes|no) \| \S.* \|$/gm),
  ].map(([, ...cells]) => cells);
  const expected = ERROR_CODES.map((code) => {
    const [status, text] = HTTP_ERRORS[code];
    const mayRetry = new ServiceError(code, "a test").mayRetry ? "yes" : "no";
    return [code, String(GRPC_STATUS[code]), code.toUpperCase(), String(status), text, mayRetry];
  });
  assert.deepEqual(rows, expected);
});

/** The server, compiled: who refuses what. */
function readSources(): readonly string[] {
  const root = new URL("../", import.meta.url);
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  const own = names.filter((name) => name.endsWith(".js") && !name.endsWith(".test.js"));
  return own.map((name) => readFileSync(new URL(name, root), "utf8"));
}

test("docs/reference/errors.md has every limit that an error can name, and says rightly which come and may be retried", () => {
  // A record, so that the compiler misses a limit that is added.
  const limits: Readonly<Record<LimitReason, true>> = {
    topic_subscriptions_limit_exceeded: true,
    operations_rate_limit_exceeded: true,
    throughput_rate_limit_exceeded: true,
    request_size_limit_exceeded: true,
    item_size_limit_exceeded: true,
    element_size_limit_exceeded: true,
  };
  const rows = [
    ...reference.matchAll(/^\| `(\w+_limit_exceeded)` \| (yes|no) \| (yes|no|) \| \S.* \|$/gm),
  ].map(([, ...cells]) => cells);
  const sources = readSources();
  const expected = Object.keys(limits).map((name) => {
    const isUsed = sources.some((source) => source.includes(`limit: "${name}"`));
    const { mayRetry } = new ServiceError("resource_exhausted", "a test", { limit: name as LimitReason });
    return isUsed ? [name, "yes", mayRetry ? "yes" : "no"] : [name, "no", ""];
  });
  assert.deepEqual(rows.sort(), expected.sort());
});
