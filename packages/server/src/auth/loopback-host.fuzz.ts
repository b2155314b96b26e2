// Fuzzes the question whether a host is this machine: who is let in without a key, the WHATWG URL parser knows as loopback too.

import assert from "node:assert/strict";
import { type FuzzTarget, latin1 } from "@subito/fuzz";
import { isLoopbackHost, isLoopbackOrigin } from "./loopback-host.js";

/** What a browser would connect to. */
function isLoopbackUrl(url: string): boolean {
  const { hostname } = new URL(url);
  return (
    /^(localhost|.+\.localhost)\.?$/.test(hostname) ||
    /^127\.\d+\.\d+\.\d+\.?$/.test(hostname) ||
    hostname === "[::1]"
  );
}

function run(input: Uint8Array): void {
  const host = latin1(input);
  const isLoopback = isLoopbackHost(host);
  for (const scheme of ["http", "https"])
    assert.equal(isLoopbackOrigin(`${scheme}://${host}`), isLoopback && !host.includes("/"), "as an origin");
  if (isLoopbackOrigin(host) && URL.canParse(host)) assert.ok(isLoopbackUrl(host), "an origin that is none");
  const isAscii = input.every((byte) => byte < 0x80);
  if (isAscii)
    assert.equal(isLoopbackHost(host.toUpperCase()), isLoopbackHost(host.toLowerCase()), "upper case");
  if (!isLoopback) return;
  // No browser goes to a port above 65535, or to a name in broken Punycode.
  const isUrl = URL.canParse(`http://${host}/`);
  assert.ok(isUrl ? isLoopbackUrl(`http://${host}/`) : /:\d{5}$|xn--/i.test(host), host);
}

export const targets: readonly FuzzTarget[] = [
  {
    name: "loopback-host",
    inputBytesMax: 64,
    seeds: [
      "localhost",
      "localhost:8080",
      "a.localhost",
      "127.0.0.1",
      "127.1.2.3:1",
      "[::1]",
      "[::1]:80",
      "[0:0:0:0:0:0:0:1]",
      "127.0.0.1.",
      "localhost.",
      "127.0.0.1.evil.example",
      "evil.example",
      "http://localhost",
      "https://127.0.0.1:443",
      "null",
      "localhost:",
    ],
    dictionary: [
      "localhost",
      "127.0.0.1",
      "[::1]",
      "::1",
      ".",
      ":",
      "@",
      "#",
      "/",
      "\\",
      "http://",
      "0x7f",
      "127.1",
      "00",
      "xn--",
      "%6c",
    ],
    run,
  },
];
