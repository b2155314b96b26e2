// What the tests of keys and tokens share: auth clients, credentials of every form, and what they may and may not do.

import assert from "node:assert/strict";

import {
  AuthClient,
  CredentialProvider,
  ExpiresIn,
  GenerateApiKeyResponse,
  GenerateDisposableTokenResponse,
  TopicPublishResponse,
  TopicSubscribeResponse,
} from "@gomomento/sdk";

import { assertError, createTopicClient, noDeadlineMs, toKeyCredentials } from "./clients.mjs";

/** @typedef {import("@gomomento/sdk").CredentialProvider} Credentials */
/** @typedef {import("../harness.mjs").SubitoServer} Server */

/** Longer than any test file runs. */
export const anHour = ExpiresIn.hours(1);

/** The token within a key in base64. @param {string | undefined} apiKey */
export function toToken(apiKey) {
  return String(JSON.parse(Buffer.from(apiKey ?? "", "base64").toString("utf8")).api_key);
}

/**
 * Asks the HTTP API with the first key.
 * @param {Server} server
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function askAsOwner(server, method, path, body) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: toToken(server.apiKey) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.equal(response.status, 200, `${method} ${path}: ${text}`);
  return JSON.parse(text);
}

/**
 * A bare JWT, as sessions and the oldest keys are: the client takes it with its endpoints beside it.
 * @param {string} token
 * @param {Server} server
 */
export function toJwtCredentials(token, { port }) {
  const endpoint = `127.0.0.1:${port}`;
  return CredentialProvider.fromString({
    apiKey: token,
    endpointOverrides: {
      controlEndpoint: endpoint,
      cacheEndpoint: endpoint,
      tokenEndpoint: endpoint,
      secureConnection: false,
    },
  });
}

/**
 * Any token in the form of a v1 key. A v2 key needs it here: the client's own form of it is always over TLS (conformance/keys).
 * @param {string} token
 * @param {Server} server
 */
export function toWrappedCredentials(token, { port }) {
  const json = JSON.stringify({ endpoint: `127.0.0.1:${port}`, api_key: token });
  return toKeyCredentials(Buffer.from(json).toString("base64"), port);
}

/** @param {Server} server @param {string} [roleId] */
export async function createSession(server, roleId = "owner") {
  const { token } = await askAsOwner(server, "POST", "/tokens", {
    role_id: roleId,
    expires_in_seconds: 3600,
  });
  return toJwtCredentials(token, server);
}

/** @param {Server} server @param {string} roleId @param {"v1" | "v2" | "legacy"} form @returns {Promise<string>} */
export async function createRoleKey(server, roleId, form) {
  const spec = { role_id: roleId, description: "of a test", expiry: "never", form };
  return (await askAsOwner(server, "POST", "/api-keys", spec)).api_key;
}

/** @param {Credentials} credentials */
export function createAuthClient(credentials) {
  return new AuthClient({ credentialProvider: credentials });
}

/**
 * @param {AuthClient} client
 * @param {import("@gomomento/sdk").PermissionScope} scope
 * @param {ExpiresIn} [expiresIn]
 */
export async function generateApiKey(client, scope, expiresIn = anHour) {
  const response = await client.generateApiKey(scope, expiresIn);
  if (response.type !== GenerateApiKeyResponse.Success)
    assert.fail(`${response.errorCode()}: ${response.message()}`);
  return response;
}

/**
 * A disposable token's credentials.
 * @param {Server} server
 * @param {AuthClient} client
 * @param {import("@gomomento/sdk").DisposableTokenScope} scope
 * @param {ExpiresIn} [expiresIn]
 * @param {{ tokenId?: string }} [properties]
 */
export async function generateToken(server, client, scope, expiresIn = anHour, properties = {}) {
  const response = await client.generateDisposableToken(scope, expiresIn, properties);
  if (response.type !== GenerateDisposableTokenResponse.Success)
    assert.fail(`${response.errorCode()}: ${response.message()}`);
  assert.equal(response.endpoint, `127.0.0.1:${server.port}`);
  assert.ok(response.expiresAt.doesExpire());
  return toKeyCredentials(response.authToken, server.port);
}

/** @param {{ type: string }} response */
export function assertDenied(response) {
  assert.match(assertError(response, "PERMISSION_ERROR", "PermissionError"), /Insufficient permissions/);
}

/** @param {{ type: string }} response */
export function assertInvalid(response) {
  assertError(response, "INVALID_ARGUMENT_ERROR", "InvalidArgumentError");
}

/** @param {{ type: string }} response */
export function assertShutOut(response) {
  assertError(response, "AUTHENTICATION_ERROR", "AuthenticationError");
}

/** A client with one connection for each kind of call. @param {Server} server @param {Credentials} credentials */
export function createTopics({ port }, credentials) {
  return createTopicClient(port, { credentials, streams: 1, unaries: 1, deadlineMs: noDeadlineMs });
}

/**
 * Publishes and subscribes, and checks that each is allowed or denied as it should be.
 * @param {import("@gomomento/sdk").TopicClient} topics
 * @param {string} cache
 * @param {string} topic
 * @param {{ publish: boolean, subscribe: boolean }} may
 */
export async function assertMay(topics, cache, topic, may) {
  const published = await topics.publish(cache, topic, "value");
  if (may.publish) assert.equal(published.type, TopicPublishResponse.Success, published.toString());
  else assertDenied(published);
  const subscribed = await topics.subscribe(cache, topic, {});
  if (subscribed.type === TopicSubscribeResponse.Subscription) subscribed.unsubscribe();
  if (may.subscribe)
    assert.equal(subscribed.type, TopicSubscribeResponse.Subscription, subscribed.toString());
  else assertDenied(subscribed);
}
