// Fuzzes the HTTP API above its bytes: any method, target, fields and body. Nothing but what the wire promises is answered.

import assert from "node:assert/strict";
import { Choices, type FuzzTarget, latin1 } from "@subito/fuzz";
import { LOCAL_PRINCIPAL } from "../../auth/principal.js";
import type { ApiKeyRequest, ApiKeys } from "../../control/api-keys.js";
import type { Clock } from "../../kernel/clock.js";
import { ServiceError } from "../../kernel/errors.js";
import { createTurn } from "../../kernel/turn.js";
import { type HttpHandler, type HttpRequest, splitTarget } from "../../rpc/http-message.js";
import type { Topics } from "../../topics/topics.js";
import { createApiKeyRoutes } from "./api-keys.js";
import { HTTP_ERRORS } from "../json/errors.js";
import { createHealthRoutes } from "./health.js";
import { createTestAccess } from "../../testing/access.js";
import { createRoleRoutes } from "./roles.js";
import { createHttpHandler } from "./routes.js";
import { createTokenRoutes } from "./tokens.js";
import { createTopicRoutes } from "./topics.js";

/** What the core was asked for by the present input. */
interface Asked {
  names?: readonly string[];
  kind?: string;
  value?: Uint8Array;
  cursor?: { readonly sequence: number; readonly page: number };
  key?: ApiKeyRequest;
  revoked?: string;
}
let asked: Asked = {};

const topics = {
  publish(
    { cacheName, topicName }: { cacheName: string; topicName: string },
    { kind, value }: { kind: string; value: Uint8Array },
  ) {
    asked = { names: [cacheName, topicName], kind, value };
  },
  subscribe(
    { cacheName, topicName }: { cacheName: string; topicName: string },
    cursor: Asked["cursor"] & object,
    sink: { finish(): void },
  ) {
    asked = { names: [cacheName, topicName], cursor };
    sink.finish();
    return { position: { page: cursor.page, nextSequence: cursor.sequence }, close() {} };
  },
} as unknown as Topics;

const record = {
  ...{ id: "a", secretSha256: "", description: "", access: { roleId: "owner" }, createdAtMs: 0 },
};
const apiKeys = {
  create(_grant: unknown, key: ApiKeyRequest & { readonly roleId: string }) {
    if (key.roleId !== "owner") throw new ServiceError("not_found", "no");
    asked = { key };
    return { record: { ...record, description: key.description }, token: "subito_a_b" };
  },
  list: () => [record],
  revoke(_grant: unknown, revoked: string) {
    asked = { revoked };
    if (revoked !== "a") throw new ServiceError("not_found", "no");
  },
} as unknown as ApiKeys;

const timer = { cancel() {} };
const clock = { after: () => timer } as unknown as Clock;
const caller = { authenticate: () => LOCAL_PRINCIPAL };
const endpoint = (): string => "h:1";
let internal: ServiceError | undefined;
const always = [
  ...createHealthRoutes(() => undefined),
  ...createTopicRoutes({ topics, caller, turn: createTurn((end) => end()), clock, pollTimeoutMs: 1 }),
  ...createApiKeyRoutes({ apiKeys, caller, jsonBodyBytesMax: 1000, endpoint }),
];

/** With roles and tokens of its own, so that an input finds nothing of those before it. */
function createHandler(): HttpHandler {
  const access = createTestAccess();
  const routes = [
    ...always,
    ...createRoleRoutes(access.roles, caller, 1000),
    ...createTokenRoutes({ ...access, caller, jsonBodyBytesMax: 1000, endpoint }),
  ];
  return createHttpHandler(routes, (error) => (internal = error));
}

const statuses = new Set([200, 204, 404, 405, 413, ...Object.values(HTTP_ERRORS).map(([status]) => status)]);

/** Percent-decoding by hand (RFC 3986 2.1); undefined for what is no UTF-8. */
function decode(segment: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(segment)) return undefined;
  const bytes = segment
    .split(/(%..)/)
    .map((part, i) => (i % 2 === 1 ? Buffer.from(part.slice(1), "hex") : Buffer.from(part)));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes));
  } catch {
    return undefined;
  }
}

/** A whole number of the query as it is asked for; undefined for what is none. */
function position(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? "0";
  if (text === "" || text.length > 20 || Array.from(text).some((digit) => !"0123456789".includes(digit)))
    return undefined;
  return Math.min(Number(BigInt(text)), Number.MAX_SAFE_INTEGER);
}

/** No field that is not known, and none twice. */
function holdsOnly(query: URLSearchParams, known: readonly string[]): boolean {
  const names = [...query.keys()];
  return names.every((name) => known.includes(name)) && new Set(names).size === names.length;
}

function checkTopics(request: HttpRequest, status: number, segments: readonly string[]): void {
  const names = segments.slice(2).map(decode);
  if (request.method === "POST") {
    const isBinary =
      asked.kind === "binary" ||
      (request.metadata.get("content-type") ?? "").startsWith("application/octet-stream");
    const isGood =
      !names.includes(undefined) &&
      holdsOnly(request.query, ["token"]) &&
      (isBinary || Buffer.from(Buffer.from(request.body).toString()).equals(request.body));
    assert.equal(status, isGood ? 204 : 400);
    if (isGood) assert.ok(Buffer.compare(asked.value ?? new Uint8Array(1), request.body) === 0);
  } else {
    const [sequence, page] = ["sequence_number", "sequence_page"].map((name) =>
      position(request.query, name),
    );
    const isGood =
      !names.includes(undefined) &&
      holdsOnly(request.query, ["token", "sequence_number", "sequence_page"]) &&
      sequence !== undefined &&
      page !== undefined;
    assert.equal(status, isGood ? 200 : 400);
    if (isGood) assert.deepEqual(asked.cursor, { sequence, page });
  }
  if (status < 400) assert.deepEqual(asked.names, names);
}

async function run(input: Uint8Array): Promise<void> {
  const choices = new Choices(input);
  asked = {};
  internal = undefined;
  const method = choices.textUntil(0x20);
  const target = choices.textUntil(0x20);
  const contentType = choices.textUntil(0x20);
  const request: HttpRequest = {
    method,
    ...splitTarget(target),
    metadata: { get: (name) => (name === "content-type" ? contentType : undefined) },
    address: "192.0.2.7",
    authority: "localhost",
    body: choices.rest(),
    onAborted() {},
  };
  assert.equal(request.path, target.split("?")[0]);
  const { status, body, headers } = await createHandler()(request);
  assert.equal(internal, undefined, "an internal error");
  assert.ok(statuses.has(status), `status ${status}`);
  for (const [, value] of headers) assert.match(value, /^[\x20-\x7e]*$/);
  const answer =
    status === 204 ? {} : (JSON.parse(Buffer.from(body as Uint8Array).toString()) as Record<string, unknown>);
  if (status >= 400) assert.ok(typeof answer["code"] === "string" && typeof answer["message"] === "string");
  const segments = request.path.split("/");
  if (
    segments.length === 4 &&
    segments[1] === "topics" &&
    segments[0] === "" &&
    /^(GET|HEAD|POST)$/.test(method)
  )
    checkTopics(request, status, segments);
  if (asked.key !== undefined) checkKey(asked.key, request, answer);
  if (asked.revoked !== undefined) assert.equal(asked.revoked, decode(segments[2] ?? ""));
}

/** A key that was made was asked for in these words. */
function checkKey(key: ApiKeyRequest, request: HttpRequest, answer: Record<string, unknown>): void {
  const body = JSON.parse(Buffer.from(request.body).toString()) as Record<string, unknown>;
  assert.equal(body["role_id"], "owner");
  assert.equal(body["description"], key.description);
  assert.equal(body["expiry"], key.expiresAtMs === undefined ? "never" : key.expiresAtMs / 1000);
  assert.ok(key.expiresAtMs === undefined || Number.isSafeInteger(key.expiresAtMs));
  assert.equal(answer["api_key"], "subito_a_b");
  assert.equal(latin1(Buffer.from(request.path)), "/api-keys");
}

const rules = '{"rules":[{"type":"topic","permissions":["read"],"caches":"*","topics":"*"}]}';
const newKey = '{"role_id":"owner","description":"d","expiry":"never"}';

export const targets: readonly FuzzTarget[] = [
  {
    name: "http-api",
    inputBytesMax: 300,
    seeds: [
      "POST /topics/default/news text/plain hello",
      "POST /topics/a%2Fb/%E2%9C%93 application/octet-stream \xff\x00",
      "GET /topics/default/news?sequence_number=5&sequence_page=7  ",
      "HEAD /topics/a/b?sequence_number=99999999999999999999  ",
      `POST /api-keys application/json ${newKey}`,
      'POST /api-keys application/json {"role_id":"owner","description":"d","expiry":1795478400}',
      "GET /api-keys  ",
      "DELETE /api-keys/a  ",
      "GET /api-keys?limit=1&next_token=a  ",
      "GET /roles?type=system&limit=2  ",
      `POST /roles  {"role_name":"r","permissions":${rules}}`,
      `PUT /roles/owner  {"role_name":"r","description":"d","permissions":${rules}}`,
      "DELETE /roles/viewer  ",
      `POST /tokens  {"expires_in_seconds":60,"token_id":"t","permissions":${rules}}`,
      'POST /tokens  {"expires_in_seconds":90000,"role_id":"owner"}',
      'POST /revocations  {"token_id":"t"}',
      'POST /revocations  {"issued_before_epoch_seconds":1,"api_keys":true}',
      "GET /revocations  ",
      "GET /livez  ",
      "GET /readyz?token=x  ",
      "PUT /livez  ",
      "GET *  ",
      "GET /topics/%ff/a  ",
    ],
    dictionary: [
      ...[
        "POST ",
        "GET ",
        "DELETE ",
        "HEAD ",
        "/topics/",
        "/api-keys",
        "/roles",
        "/tokens",
        "/revocations",
        "/",
        "?",
        "&",
        "=",
        "%",
        "%2f",
        "%00",
        "%c3%28",
        "%E2%9C%93",
      ],
      ...[
        "sequence_number=",
        "sequence_page=",
        "application/octet-stream ",
        '"role_id":',
        '"owner"',
        '"description":',
        '"expiry":',
        '"role_name":',
        '"permissions":',
        '"expires_in_seconds":',
        '"issued_before_epoch_seconds":',
        '"token_id":',
        "limit=",
        "next_token=",
      ],
      ...[
        '"never"',
        "1e400",
        "-1",
        "9007199254740993",
        "null",
        "\xef\xbb\xbf",
        "\\ud800",
        '"__proto__":',
        "{",
        "}",
        "[",
        ",",
      ],
    ],
    run,
  },
];
