// docs/reference/errors.md holds every error code with what the transports make of it, and every limit.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
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

test("docs/reference/errors.md has every limit that an error can name", () => {
  // A record, so that the compiler misses a limit that is added.
  const limits: Readonly<Record<LimitReason, true>> = {
    topic_subscriptions_limit_exceeded: true,
    operations_rate_limit_exceeded: true,
    throughput_rate_limit_exceeded: true,
    request_size_limit_exceeded: true,
    item_size_limit_exceeded: true,
    element_size_limit_exceeded: true,
  };
  const rows = [...reference.matchAll(/^\| `(\w+_limit_exceeded)` \| (?:yes|no) \| \S.* \|$/gm)];
  assert.deepEqual(rows.map(([, name]) => name).sort(), Object.keys(limits).sort());
});
