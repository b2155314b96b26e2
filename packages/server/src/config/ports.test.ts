// The flags of the two ports: what goes together, what follows from what, and what is said otherwise.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError, parseConfig } from "./config.js";
import type { RawOptions } from "./env.js";

const tls = { "tls-port": "8443", "tls-cert": "c.pem", "tls-key": "k.pem" } as const;

function problemsOf(flags: RawOptions): readonly string[] {
  try {
    parseConfig(flags);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return assert.fail("was accepted");
}

test("TLS is on with its three flags; the CA of clients may be added", () => {
  assert.deepEqual(parseConfig(tls).tls, {
    port: 8443,
    certFile: "c.pem",
    keyFile: "k.pem",
    clientCaFile: undefined,
  });
  assert.equal(parseConfig({ ...tls, "tls-client-ca": "ca.pem" }).tls?.clientCaFile, "ca.pem");
});

test("what is missing beside a flag of TLS is named", () => {
  assert.deepEqual(problemsOf({ "tls-port": "8443" }), [
    "--tls-port (SUBITO_TLS_PORT) needs --tls-cert (SUBITO_TLS_CERT) and --tls-key (SUBITO_TLS_KEY) too.",
  ]);
  assert.deepEqual(problemsOf({ "tls-cert": "c", "tls-key": "k" }), [
    "--tls-cert (SUBITO_TLS_CERT) and --tls-key (SUBITO_TLS_KEY) need --tls-port (SUBITO_TLS_PORT) too.",
  ]);
  assert.match(
    problemsOf({ "tls-client-ca": "a" })[0] ?? "",
    /^--tls-client-ca .* needs --tls-port .* too\.$/,
  );
});

test("plaintext stays on loopback, is off elsewhere unless asked for, and can be switched off", () => {
  assert.equal(parseConfig(tls).port, 8080);
  assert.equal(parseConfig({ ...tls, host: "0.0.0.0" }).port, undefined);
  assert.equal(parseConfig({ ...tls, host: "0.0.0.0", port: "8080" }).port, 8080);
  assert.equal(parseConfig({ ...tls, port: "none" }).port, undefined);
  assert.equal(parseConfig({ host: "0.0.0.0" }).port, 8080);
});

test("one port at least, and not the same twice", () => {
  assert.match(problemsOf({ port: "none" })[0] ?? "", /leaves no port/);
  assert.match(problemsOf({ ...tls, port: "8443" })[0] ?? "", /must differ/);
  assert.deepEqual(parseConfig({ ...tls, port: "0", "tls-port": "0" }).tls?.port, 0);
});
