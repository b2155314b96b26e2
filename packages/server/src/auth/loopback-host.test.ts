// Which Host and Origin texts count as loopback, with the ones that an attacker would try.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isLoopbackHost, isLoopbackOrigin } from "./loopback-host.js";

const LOOPBACK = [
  "localhost",
  "LOCALHOST",
  "localhost:8080",
  "localhost.",
  "localhost.:8080",
  "localhost:",
  "app.localhost",
  "cache.a.localhost:443",
  "127.0.0.1",
  "127.0.0.1:65535",
  "127.255.255.254",
  "[::1]",
  "[::1]:8080",
  "[0:0:0:0:0:0:0:1]",
];

const ELSEWHERE = [
  "",
  ".",
  "example.test",
  "localhost.example.test",
  "127.0.0.1.example.test",
  "notlocalhost",
  ".localhost",
  "-.localhost",
  "localhost:80:80",
  "localhost:x",
  "localhost:123456",
  "localhost/",
  "localhost ",
  " localhost",
  "localhost\0",
  "localhost\n",
  "user@localhost",
  "localhost@example.test",
  "127.0.0.1@example.test",
  "127.0.0.256",
  "127.1",
  "2130706433",
  "0x7f.0.0.1",
  "0.0.0.0",
  "0.0.0.0:8080",
  "128.0.0.1",
  "::1",
  "[::]",
  "[::2]",
  "[::1",
  "[::1]x",
  "[::1%25lo]",
  "ⓛocalhost",
  "localhost%2eexample.test",
  "localhost,example.test",
  "localhost\\example.test",
];

test("loopback hosts", () => {
  for (const host of LOOPBACK) assert.equal(isLoopbackHost(host), true, host);
  for (const host of ELSEWHERE) assert.equal(isLoopbackHost(host), false, JSON.stringify(host));
  assert.equal(isLoopbackHost(undefined), false);
  assert.equal(isLoopbackHost(`${"a".repeat(300)}.localhost`), false);
});

test("loopback origins", () => {
  for (const host of LOOPBACK) {
    assert.equal(isLoopbackOrigin(`http://${host}`), true, host);
    assert.equal(isLoopbackOrigin(`https://${host}`), true, host);
  }
  for (const host of ELSEWHERE) assert.equal(isLoopbackOrigin(`http://${host}`), false, JSON.stringify(host));
  for (const origin of [
    "null",
    "file://",
    "file://localhost",
    "ftp://localhost",
    "http:localhost",
    "localhost",
  ]) {
    assert.equal(isLoopbackOrigin(origin), false, origin);
  }
});

test("whatever is called loopback is so for a URL parser too", () => {
  const part = fc.constantFrom(
    "localhost",
    "127.0.0.1",
    "127",
    ".",
    ":",
    "@",
    "[",
    "]",
    "::1",
    "80",
    "a",
    "/",
    "\\",
    "?",
    "#",
    "-",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const host = parts.join("");
      if (!isLoopbackHost(host)) return;
      let name: string;
      try {
        name = new URL(`http://${host}/`).hostname;
      } catch {
        return;
      }
      assert.match(name, /^(?:(?:.*\.)?localhost\.?|127\.\d+\.\d+\.\d+|\[::1\])$/, host);
    }),
    { numRuns: 2000 },
  );
});
