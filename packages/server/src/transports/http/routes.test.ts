// Which route takes a request, what its names decode to, and what is answered when none does.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ServiceError } from "../../kernel/errors.js";
import { type HttpRequest, type HttpResponse, jsonResponse, splitTarget } from "../../rpc/http-message.js";
import type { QueryFields } from "./query.js";
import { type Route, createHttpHandler } from "./routes.js";

const request = (method: string, target: string, encoding?: string): HttpRequest => ({
  method,
  ...splitTarget(target),
  metadata: { get: (name) => (name === "content-encoding" ? encoding : undefined) },
  address: "192.0.2.7",
  authority: "localhost",
  body: new Uint8Array(0),
  onAborted: () => undefined,
});

const echo = (method: Route["method"], path: string, query: QueryFields = {}): Route => ({
  method,
  path,
  query,
  handle: (_, parameters) => jsonResponse(200, { route: `${method} ${path}`, parameters }),
});

const internalErrors: ServiceError[] = [];
const handle = createHttpHandler(
  [
    echo("GET", "/livez", "any"),
    echo("GET", "/topics/{cache}/{topic}", { next: "once", tag: "repeated" }),
    echo("POST", "/topics/{cache}/{topic}", { token: "once" }),
    echo("DELETE", "/api-keys/{id}"),
    {
      method: "GET",
      path: "/broken",
      query: {},
      handle: () => {
        throw new Error("secret");
      },
    },
    {
      method: "POST",
      path: "/broken",
      query: {},
      handle: () => Promise.reject(new ServiceError("unavailable", "Later.")),
    },
  ],
  (error) => internalErrors.push(error),
);

const parse = (response: HttpResponse) =>
  JSON.parse(Buffer.from(response.body as Uint8Array).toString()) as Record<string, unknown>;

test("a request goes to the route of its method and path, names decoded", async () => {
  const response = await handle(request("POST", "/topics/a%2Fb/%E2%9C%93%20x?token=1"));
  assert.deepEqual(parse(response), { route: "POST /topics/{cache}/{topic}", parameters: ["a/b", "✓ x"] });
});

test("property: any name that can be percent-encoded comes through", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "grapheme" }),
      async (cache, topic) => {
        const target = `/topics/${encodeURIComponent(cache)}/${encodeURIComponent(topic)}`;
        assert.deepEqual(parse(await handle(request("GET", target)))["parameters"], [cache, topic]);
      },
    ),
  );
});

test("an unknown path is 404, whatever the method", async () => {
  for (const target of [
    "",
    "/",
    "*",
    "/nothing",
    "/topics/a",
    "/topics/a/b/c",
    "/livez/",
    "//livez",
    "/LIVEZ",
  ]) {
    const response = await handle(request("GET", target));
    assert.equal(response.status, 404, target);
    assert.equal(parse(response)["code"], "NotFound");
  }
  assert.equal((await handle(request("BREW", "/nothing"))).status, 404);
});

test("a method that a path does not take is 405 and told what it takes", async () => {
  for (const method of ["PUT", "PATCH", "OPTIONS", "get", "BREW"]) {
    const response = await handle(request(method, "/topics/a/b"));
    assert.equal(response.status, 405, method);
    assert.deepEqual(
      response.headers.find(([name]) => name === "allow"),
      ["allow", "GET, POST"],
    );
  }
});

test("HEAD is served as GET", async () => {
  assert.equal((await handle(request("HEAD", "/livez"))).status, 200);
  assert.equal((await handle(request("HEAD", "/api-keys/1"))).status, 405);
});

test("a path that is no UTF-8 in percent-encoding is the caller's error", async () => {
  for (const name of ["%", "%zz", "%ff", "%c3%28"]) {
    const response = await handle(request("GET", `/topics/a/${name}`));
    assert.equal(response.status, 400, name);
    assert.equal(parse(response)["code"], "InvalidArgument");
  }
});

test("a failure is answered by its code; one that is nobody's doing is reported and tells nothing", async () => {
  assert.equal((await handle(request("POST", "/broken"))).status, 503);
  assert.equal(internalErrors.length, 0);
  const response = await handle(request("GET", "/broken"));
  assert.equal(response.status, 500);
  assert.doesNotMatch(Buffer.from(response.body as Uint8Array).toString(), /secret/);
  assert.match(String(internalErrors[0]?.cause), /secret/);
});

test("what a query has beside the fields of its route, or twice, is refused by name", async () => {
  for (const [method, target, message] of [
    ["GET", "/topics/a/b?nxt=1", /no "nxt" in the query here; known are next, tag\./],
    ["GET", "/topics/a/b?next=1&Next=1", /no "Next"/],
    ["GET", "/topics/a/b?__proto__=1", /no "__proto__"/],
    ["GET", "/topics/a/b?next=1&toString", /no "toString"/],
    ["GET", "/topics/a/b?=", /no "" in/],
    ["GET", "/topics/a/b?next=1&tag=2&next=1", /has "next" twice/],
    ["HEAD", "/topics/a/b?nxt=1", /no "nxt"/],
    ["POST", "/topics/a/b?next=1", /no "next" in the query here; known are token\./],
    ["POST", "/topics/a/b?token=1&token=2", /has "token" twice/],
  ] as const) {
    const response = await handle(request(method, target));
    assert.equal(response.status, 400, target);
    assert.equal(parse(response)["code"], "InvalidArgument");
    assert.match(String(parse(response)["message"]), message);
  }
  for (const target of ["?next=1&tag=2&tag=3&tag=2", "?", "?&&", "?tag", "?n%65xt=%20"]) {
    assert.equal((await handle(request("GET", `/topics/a/b${target}`))).status, 200, target);
  }
  assert.equal((await handle(request("GET", "/livez?verbose&x=1&x=2"))).status, 200);
});

test("a long name in a query is not said back whole", async () => {
  const response = await handle(request("GET", `/topics/a/b?${"x".repeat(10_000)}=1`));
  assert.equal(response.status, 400);
  assert.ok((response.body as Uint8Array).length < 300);
});

test("a body that is compressed is refused with 415, which says what is taken", async () => {
  for (const encoding of ["gzip", "GZIP", "br", "deflate, gzip", "identity, gzip", "x"]) {
    const response = await handle(request("POST", "/topics/a/b", encoding));
    assert.equal(response.status, 415, encoding);
    assert.equal(parse(response)["code"], "UnsupportedMediaType");
    assert.match(String(parse(response)["message"]), /Content-Encoding.*uncompressed/);
    assert.deepEqual(
      response.headers.find(([name]) => name === "accept-encoding"),
      ["accept-encoding", "identity"],
    );
  }
  for (const encoding of ["identity", "Identity", "", undefined]) {
    assert.equal((await handle(request("POST", "/topics/a/b", encoding))).status, 200, encoding);
  }
  // Without a body there is nothing that could be compressed.
  assert.equal((await handle(request("GET", "/topics/a/b", "gzip"))).status, 200);
});
