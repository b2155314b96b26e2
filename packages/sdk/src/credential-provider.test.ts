// What a credential provider reads out of keys and endpoints.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CredentialProvider, toServerUrl } from "./credential-provider.js";

const credential = (endpoint: string): string =>
  btoa(JSON.stringify({ endpoint, api_key: "subito_id_secret" }));

function read(provider: CredentialProvider): [token: string, url: string] {
  return [provider.getAuthToken(), toServerUrl(provider.getCacheEndpoint(), provider.isEndpointSecure())];
}

test("a credential has endpoint and token; on this machine it is reached without TLS", () => {
  const of = (endpoint: string) => read(CredentialProvider.fromString(credential(endpoint)));
  assert.deepEqual(of("example.com"), ["subito_id_secret", "https://example.com"]);
  assert.deepEqual(of("example.com:8443"), ["subito_id_secret", "https://example.com:8443"]);
  assert.deepEqual(of("127.0.0.1:8080"), ["subito_id_secret", "http://127.0.0.1:8080"]);
  assert.deepEqual(of("[::1]:8080"), ["subito_id_secret", "http://[::1]:8080"]);
  assert.deepEqual(of("localhost.example.com"), ["subito_id_secret", "https://localhost.example.com"]);
});

test("endpoints can be said otherwise, as in Momento's SDK", () => {
  const of = (endpointOverrides: object, apiKey = credential("example.com")) =>
    read(CredentialProvider.fromString({ apiKey, endpointOverrides }));
  assert.deepEqual(of({ cacheEndpoint: "http://10.0.0.1:80/" }), ["subito_id_secret", "http://10.0.0.1:80"]);
  assert.deepEqual(of({ cacheEndpoint: "a.b" }, "bare"), ["bare", "https://a.b"]);
  assert.deepEqual(of({ cacheEndpoint: "a.b:1", secureConnection: false }), [
    "subito_id_secret",
    "http://a.b:1",
  ]);
  assert.deepEqual(of({ baseEndpoint: "a.b" }), ["subito_id_secret", "https://cache.a.b"]);
  assert.deepEqual(of({ baseEndpoint: "a.b", endpointPrefix: "p" }), [
    "subito_id_secret",
    "https://p.cache.a.b",
  ]);
  assert.deepEqual(read(CredentialProvider.fromApiKeyV2({ apiKey: "x.y.z", endpoint: "a.b" })), [
    "x.y.z",
    "https://cache.a.b",
  ]);
  assert.deepEqual(read(CredentialProvider.forMomentoLocal({ port: 9 })), ["", "http://127.0.0.1:9"]);
  assert.deepEqual(read(CredentialProvider.fromDisposableToken({ authToken: credential("a.b") })), [
    "subito_id_secret",
    "https://a.b",
  ]);
});

test("what names no endpoint is refused", () => {
  for (const text of ["", "bare", btoa("null"), btoa('{"endpoint":1,"api_key":"x"}'), "%%%"]) {
    assert.throws(() => CredentialProvider.fromString(text), { name: "SdkError" });
  }
  assert.throws(() => toServerUrl("", true), { name: "SdkError" });
});
