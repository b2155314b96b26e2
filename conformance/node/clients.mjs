// Short ways to make the published Momento clients, to record what a subscription is told, and to check what was recorded.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import {
  CacheClient,
  Configurations,
  CredentialProvider,
  NoopMomentoLoggerFactory,
  TopicClient,
  TopicConfigurations,
  TopicPublishResponse,
  TopicSubscribeResponse,
} from "@gomomento/sdk";

/** The cache that exists after the first start. */
export const defaultCache = "default";
/** Long enough for a busy machine; no test measures time. */
export const patienceMs = 60_000;
/** A client deadline under which the client's own restart of every first stream after 5 s (wire contract 5.5) does not happen. */
export const noDeadlineMs = 3_600_000;

/**
 * What a local provider sends: an empty token, no TLS.
 * @param {number} port
 */
export function toLocalCredentials(port) {
  return CredentialProvider.forMomentoLocal({ hostname: "127.0.0.1", port });
}

/**
 * @param {string} apiKey base64 text, as `subito serve` prints it
 * @param {number} port
 */
export function toKeyCredentials(apiKey, port) {
  const endpoint = `127.0.0.1:${port}`;
  return CredentialProvider.fromString({
    apiKey,
    endpointOverrides: {
      controlEndpoint: endpoint,
      cacheEndpoint: endpoint,
      tokenEndpoint: endpoint,
      secureConnection: false,
    },
  });
}

/**
 * @param {number} port
 * @param {object} [options]
 * @param {CredentialProvider} [options.credentials]
 * @param {number} [options.streams] connections for subscriptions; the client's default is 4
 * @param {number} [options.unaries] connections for publishing; the client's default is 4
 * @param {number} [options.deadlineMs] the client's default is 5 s, and bounds the first stream of each subscription as a whole
 */
export function createTopicClient(port, options = {}) {
  let configuration = TopicConfigurations.Default.latest(new NoopMomentoLoggerFactory());
  if (options.streams !== undefined) configuration = configuration.withNumStreamConnections(options.streams);
  if (options.unaries !== undefined) configuration = configuration.withNumUnaryConnections(options.unaries);
  if (options.deadlineMs !== undefined)
    configuration = configuration.withClientTimeoutMillis(options.deadlineMs);
  return new TopicClient({
    configuration,
    credentialProvider: options.credentials ?? toLocalCredentials(port),
  });
}

/** @type {Set<CacheClient>} */
const openCacheClients = new Set();

/**
 * @param {number} port
 * @param {CredentialProvider} [credentials]
 */
export async function createCacheClient(port, credentials = toLocalCredentials(port)) {
  const client = await CacheClient.create({
    configuration: Configurations.Laptop.latest(new NoopMomentoLoggerFactory()),
    credentialProvider: credentials,
    defaultTtlSeconds: 60,
  });
  openCacheClients.add(client);
  return client;
}

/** Everything one subscription was told, in order, with its subscription. */
export class Recording {
  /** @type {{ sequence: number, value: string | Uint8Array, tokenId: string | undefined }[]} */
  items = [];
  /** @type {{ last: number, next: number, page: number, itemsBefore: number }[]} */
  discontinuities = [];
  /** @type {import("@gomomento/sdk").TopicSubscribe.Error[]} */
  errors = [];
  heartbeats = 0;
  connectionsLost = 0;
  /** Called at every loss of the connection. */
  onConnectionLost = () => {};
  /** @type {import("@gomomento/sdk").TopicSubscribe.Subscription | undefined} */
  subscription;
  /** @param {TopicClient} client the one that subscribes */
  constructor(client) {
    this.client = client;
  }

  /** @returns {import("@gomomento/sdk").SubscribeCallOptions} */
  toCallbacks() {
    return {
      onItem: (item) => {
        this.items.push({ sequence: item.sequenceNumber(), value: item.value(), tokenId: item.tokenId() });
      },
      onDiscontinuity: (discontinuity) => {
        this.discontinuities.push({
          last: discontinuity.lastSequenceNumber(),
          next: discontinuity.newSequenceNumber(),
          page: discontinuity.newSequencePage(),
          itemsBefore: this.items.length,
        });
      },
      onError: (error) => {
        this.errors.push(error);
      },
      onHeartbeat: () => {
        this.heartbeats += 1;
      },
      onConnectionLost: () => {
        this.connectionsLost += 1;
        this.onConnectionLost();
      },
    };
  }

  get isSubscribed() {
    return this.subscription?.isSubscribed ?? false;
  }

  unsubscribe() {
    this.subscription?.unsubscribe();
    openRecordings.delete(this);
  }

  sequences() {
    return this.items.map((item) => item.sequence);
  }

  values() {
    return this.items.map((item) => item.value);
  }

  /** What to show when an expectation fails. */
  describe() {
    const newest = this.items.at(-1);
    return (
      `${this.items.length} items (first ${this.items[0]?.sequence}, newest ${newest?.sequence}), ` +
      `${this.heartbeats} heartbeats, ${this.connectionsLost} connections lost, ` +
      `discontinuities ${JSON.stringify(this.discontinuities)}, ` +
      `errors ${JSON.stringify(this.errors.map((error) => `${error.errorCode()}: ${error.message()}`))}`
    );
  }
}

/** @type {Set<Recording>} */
const openRecordings = new Set();

/**
 * Ends the subscriptions of one client.
 * @param {TopicClient} client
 */
export function unsubscribeAll(client) {
  for (const recording of [...openRecordings]) {
    if (recording.client === client) recording.unsubscribe();
  }
}

/** Ends all that the tests of this file left open. For `after` hooks. */
export function closeClients() {
  for (const recording of [...openRecordings]) recording.unsubscribe();
  for (const client of openCacheClients) client.close();
  openCacheClients.clear();
}

/**
 * Subscribes and fails the test when that is refused.
 * @param {TopicClient} client
 * @param {string} cacheName
 * @param {string} topicName
 */
export async function subscribe(client, cacheName, topicName) {
  const recording = new Recording(client);
  const response = await client.subscribe(cacheName, topicName, recording.toCallbacks());
  if (response.type !== TopicSubscribeResponse.Subscription) {
    assert.fail(`subscribe was refused: ${response.errorCode()}: ${response.message()}`);
  }
  recording.subscription = response;
  openRecordings.add(recording);
  return recording;
}

/**
 * Publishes and fails the test when that is refused.
 * @param {TopicClient} client
 * @param {string} cacheName
 * @param {string} topicName
 * @param {string | Uint8Array} value
 */
export async function publish(client, cacheName, topicName, value) {
  const response = await client.publish(cacheName, topicName, value);
  if (response.type !== TopicPublishResponse.Success) {
    assert.fail(`publish was refused: ${response.errorCode()}: ${response.message()}`);
  }
}

/**
 * Publishes all values, `concurrency` at a time.
 * @param {TopicClient} client
 * @param {string} cacheName
 * @param {string} topicName
 * @param {readonly (string | Uint8Array)[]} values
 * @param {number} [concurrency] 1: each after the one before was acknowledged
 */
export async function publishAll(client, cacheName, topicName, values, concurrency = 1) {
  let next = 0;
  const work = async () => {
    while (next < values.length) {
      const value = values[next] ?? "";
      next += 1;
      await publish(client, cacheName, topicName, value);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

/**
 * @param {number} count
 * @param {string} [prefix]
 */
export function makeTexts(count, prefix = "message") {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

/**
 * Waits for a condition; fails the test with `describe()` when it does not come true in time.
 * @param {() => boolean} condition
 * @param {() => string} describe
 * @param {number} [timeoutMs]
 */
export async function waitUntil(condition, describe, timeoutMs = patienceMs) {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) assert.fail(`not within ${timeoutMs} ms: ${describe()}`);
    await sleep(10);
  }
}

/**
 * @param {Recording} recording
 * @param {number} count
 * @param {number} [timeoutMs]
 */
export async function waitForItems(recording, count, timeoutMs) {
  await waitUntil(
    () => recording.items.length >= count,
    () => `${count} items expected, got ${recording.describe()}`,
    timeoutMs,
  );
}

/**
 * Waits for a sign that every message published so far has had its chance: two more heartbeats.
 * @param {Recording} recording
 */
export async function waitForQuiet(recording) {
  const seen = recording.heartbeats;
  await waitUntil(
    () => recording.heartbeats >= seen + 2,
    () => `two more heartbeats expected, got ${recording.describe()}`,
  );
}

/**
 * The sequence numbers are first, first + 1, ...: nothing lost, nothing twice, nothing out of order.
 * @param {Recording} recording
 * @param {number} first
 * @param {number} count
 */
export function assertContiguous(recording, first, count) {
  const sequences = recording.sequences();
  const wrong = sequences.findIndex((sequence, index) => sequence !== first + index);
  if (wrong !== -1) {
    const around = sequences.slice(Math.max(0, wrong - 3), wrong + 4).join(" ");
    assert.fail(
      `item ${wrong} should have sequence ${first + wrong}; around it: ${around}; ${recording.describe()}`,
    );
  }
  assert.equal(sequences.length, count, recording.describe());
}

/**
 * Each payload came exactly once, in whatever order.
 * @param {Recording} recording
 * @param {readonly string[]} texts
 */
export function assertEachOnce(recording, texts) {
  const received = new Set(recording.values());
  const missing = texts.filter((text) => !received.has(text));
  assert.deepEqual(
    missing.slice(0, 10),
    [],
    `${missing.length} payloads are missing; ${recording.describe()}`,
  );
  assert.equal(recording.items.length, texts.length, recording.describe());
}

/**
 * No error, and no gap was announced.
 * @param {Recording} recording
 */
export function assertUndisturbed(recording) {
  assert.equal(recording.errors.length, 0, recording.describe());
  assert.equal(recording.discontinuities.length, 0, recording.describe());
}

/**
 * The response is an error of this code and exactly this class of the client.
 * @param {{ type: string }} response
 * @param {string} code
 * @param {string} className
 * @returns {string} its message
 */
export function assertError(response, code, className) {
  const error =
    /** @type {{ type: string, errorCode(): string, message(): string, innerException(): object }} */ (
      response
    );
  assert.equal(error.type, "Error", `an error was expected, got ${response}`);
  assert.equal(error.errorCode(), code, error.message());
  assert.equal(error.innerException().constructor.name, className, error.message());
  return error.message();
}
