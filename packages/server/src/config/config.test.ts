// Flags, variables and defaults; everything that is refused, with the names that the message must have.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConfigError, parseConfig, parseFlags, type Config } from "./config.js";
import { readEnvironment } from "./env.js";
import { defaultLimits } from "./limits.js";
import { environmentName, OPTIONS, optionsHelp, type Option, type OptionFlag } from "./options.js";

function configOf(argv: string[], env: Record<string, string> = {}): Config {
  const flags = parseFlags(argv);
  assert.ok(flags !== "help");
  return parseConfig(flags, readEnvironment(env));
}

function problemsOf(argv: string[], env: Record<string, string> = {}): readonly string[] {
  try {
    configOf(argv, env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.ok(error.problems.length > 0);
    return error.problems;
  }
  return assert.fail("was accepted");
}

test("defaults", () => {
  assert.deepEqual(configOf([]), {
    host: "127.0.0.1",
    port: 8080,
    tls: undefined,
    endpoint: undefined,
    dataDir: "./subito-data",
    logLevel: "info",
    auth: "open",
    allowedOrigins: "loopback",
    heartbeatMs: 1000,
    freshWindowMs: 1000,
    connectionsMax: 100_000,
    isConnectionsMaxGiven: false,
    acceptsPerSecondMax: 20_000,
    webSocketsPerAddressMax: 10_000,
    webSocketCompression: false,
    memoryBytesMax: undefined,
    shutdownGraceMs: 10_000,
    prefaceTimeoutMs: 10_000,
    idleTimeoutMs: 300_000,
    limits: defaultLimits,
  });
});

test("every option is read from its flag, in both spellings, and from its variable; the flag wins", () => {
  const samples: Record<OptionFlag, [string, string]> = {
    host: ["localhost", "127.0.0.2"],
    port: ["0", "9"],
    "tls-port": ["0", "9"],
    "tls-cert": ["/c", "/d"],
    "tls-key": ["/k", "/l"],
    "tls-client-ca": ["/a", "/b"],
    endpoint: ["localhost", "example.test:8443"],
    "data-dir": ["/a", "/b"],
    "log-level": ["debug", "silent"],
    auth: ["required", "open"],
    "allowed-origins": ["all", "https://a.example,http://localhost:3000"],
    "heartbeat-ms": ["200", "300"],
    "fresh-window-ms": ["0", "30"],
    "ring-items": ["1", "2"],
    "ring-bytes": ["2000", "3000"],
    "ring-age-ms": ["1", "3"],
    "connections-max": ["5", "6"],
    "accepts-per-second": ["7", "8"],
    "web-sockets-per-address": ["1", "2"],
    "websocket-compression": ["on", "off"],
    "memory-max-mb": ["100", "200"],
    "shutdown-grace-ms": ["0", "3"],
    "preface-timeout-ms": ["2", "3"],
    "idle-timeout-ms": ["2", "3"],
  };
  const tls: Record<string, string> = { SUBITO_TLS_PORT: "1", SUBITO_TLS_CERT: "/c0", SUBITO_TLS_KEY: "/k0" };
  for (const { flag } of OPTIONS) {
    const [one, other] = samples[flag];
    const variable = environmentName(flag);
    // Those of TLS are taken together only.
    const rest = flag.startsWith("tls-") ? tls : {};
    const expected = configOf([`--${flag}`, one], rest);
    assert.notDeepEqual(expected, configOf([`--${flag}`, other], rest), flag);
    assert.deepEqual(configOf([`--${flag}=${one}`], rest), expected);
    assert.deepEqual(configOf([], { ...rest, [variable]: one }), expected);
    assert.deepEqual(configOf([`--${flag}`, one], { ...rest, [variable]: other }), expected);
    assert.deepEqual(configOf([], { [variable]: "" }), configOf([]), "an empty variable is none");
  }
  assert.equal(environmentName("data-dir"), "SUBITO_DATA_DIR");
});

test("limits follow their flags", () => {
  const { limits } = configOf(["--ring-items", "5", "--ring-bytes", "7000", "--ring-age-ms", "9"]);
  assert.deepEqual(limits, { ...defaultLimits, ringItemsMax: 5, ringBytesMax: 7000, ringAgeMs: 9 });
});

test("origins are kept as browsers send them, and a * within one is refused in words", () => {
  const given = "https://A.example:443,HTTP://b.Example:80,http://localhost:3000,https://c.example:80";
  const others = "http://localhost,https://bücher.example,http://[::0:1]:8080,https://a.example";
  assert.deepEqual(
    configOf(["--allowed-origins", `${given},${others}`]).allowedOrigins,
    new Set([
      ...["https://a.example", "http://b.example", "http://localhost:3000", "https://c.example:80"],
      ...["http://localhost", "https://xn--bcher-kva.example", "http://[::1]:8080"],
    ]),
  );
  assert.deepEqual(configOf(["--allowed-origins", "none"]).allowedOrigins, new Set());
  assert.match(problemsOf(["--allowed-origins", "https://*.example.com"])[0] ?? "", /no \* within one/);
});

test("auth follows the host, and open is refused where others could come in", () => {
  assert.equal(configOf(["--host", "[::1]"]).host, "::1");
  for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "::1", "0:0:0:0:0:0:0:1"]) {
    assert.equal(configOf(["--host", host]).auth, "open");
    assert.equal(configOf(["--host", host, "--auth", "required"]).auth, "required");
    assert.equal(configOf(["--host", host, "--auth", "open"]).auth, "open");
  }
  for (const host of [
    "0.0.0.0",
    "::",
    "192.168.1.2",
    "example.test",
    "127.1",
    "127.0.0.256",
    "my.localhost",
  ]) {
    assert.equal(configOf(["--host", host]).auth, "required", host);
    const [problem, ...more] = problemsOf(["--host", host], { SUBITO_AUTH: "open" });
    assert.match(
      problem ?? "",
      /--auth open \(SUBITO_AUTH\) lets everyone .* can be reached from other machines/,
    );
    assert.ok(problem?.includes(host));
    assert.deepEqual(more, []);
  }
});

test("bad values are refused by flag and variable, all at once", () => {
  const bad: [string, string][] = [
    ["port", "-1"],
    ["port", "65536"],
    ["port", "80.5"],
    ["port", "0x50"],
    ["port", " 80"],
    ["port", "99999999999999999999"],
    ["port", "None"],
    ["endpoint", "https://example.test"],
    ["endpoint", "example.test/"],
    ["endpoint", "a b"],
    ["endpoint", "-a"],
    ["endpoint", "a:"],
    ["host", ""],
    ["data-dir", ""],
    ["data-dir", "a\0b"],
    ["log-level", "loud"],
    ["log-level", "__proto__"],
    ["auth", "none"],
    ["allowed-origins", "https://*.example.com"],
    ["allowed-origins", "https://a.example,http://*"],
    ["allowed-origins", "https://a.example/"],
    ["allowed-origins", "https://a.example, https://b.example"],
    ["allowed-origins", "https://a.example,"],
    ["allowed-origins", "https://a.example,all"],
    ["allowed-origins", "https://a@b.example"],
    ["allowed-origins", "https://a.example:99999"],
    ["allowed-origins", "https://a.example:*"],
    ["allowed-origins", "https://[::1"],
    ["allowed-origins", "a.example"],
    ["allowed-origins", "ftp://a.example"],
    ["allowed-origins", "*"],
    ["allowed-origins", "null"],
    ["heartbeat-ms", "0"],
    ["ring-items", "0"],
    ["ring-age-ms", "1e3"],
  ];
  for (const [flag, value] of bad) {
    const variable = environmentName(flag);
    const [byFlag, ...more] = problemsOf([`--${flag}=${value}`]);
    assert.ok(byFlag?.startsWith(`--${flag} (${variable}) takes `), byFlag);
    assert.ok(byFlag?.endsWith(`not ${JSON.stringify(value)}.`), byFlag);
    assert.deepEqual(more, []);
    if (value === "") continue;
    const [byVariable] = problemsOf([], { [variable]: value });
    assert.ok(byVariable?.startsWith(`${variable} (--${flag}) takes `), byVariable);
  }
  assert.equal(problemsOf(["--port", "x", "--auth", "y"], { SUBITO_RING_AGE_MS: "z" }).length, 3);
});

test("unknown and unfinished flags are refused, with a suggestion where one is near", () => {
  const match = (argv: string[], message: RegExp) => assert.match(problemsOf(argv).join("\n"), message);
  match(["--prot", "8080"], /no flag --prot; did you mean --port\?/);
  match(["--data", "x"], /did you mean --data-dir\?/);
  match(["--datadir=x"], /did you mean --data-dir\?/);
  match(["--completely-else"], /no flag --completely-else$/);
  match(["--__proto__", "x"], /no flag --__proto__$/);
  assert.equal(problemsOf(["--prot", "1", "--hots", "x"]).length, 2);
  match(["--port"], /^--port takes a value\.$/);
  match(
    ["--port", "--host"],
    /^--port takes a value; one that begins with a dash is written --port=VALUE\.$/,
  );
  match(["--help=x"], /^--help takes no value\.$/);
  match(["8080"], /^Only flags are taken; "8080" is none\.$/);
  match(["-p", "80"], /^There is no flag -p\.$/);
});

test("help is asked for by --help and -h, and names every flag, default and meaning", () => {
  for (const argv of [["--help"], ["-h"], ["--port", "x", "--help"]]) assert.equal(parseFlags(argv), "help");
  for (const { flag, defaultText, help } of OPTIONS as readonly Option[]) {
    for (const part of [`--${flag} `, defaultText ?? "", help]) assert.ok(optionsHelp().includes(part), part);
  }
});

test("whatever words come, there is a configuration or a ConfigError", () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(...OPTIONS.map(({ flag }) => `--${flag}`)),
    fc.constantFrom("--", "--=", "-", "--help=x", "0", "open"),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), fc.dictionary(fc.string(), fc.string()), (argv, env) => {
      try {
        const flags = parseFlags(argv);
        if (flags !== "help") parseConfig(flags, readEnvironment(env));
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error));
      }
    }),
  );
});
