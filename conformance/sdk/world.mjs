// What the tests of the SDK share: clients of the built SDK on a real server, and what their subscriptions were told.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";

import { WebSocket } from "ws";

import * as sdk from "../../packages/sdk/dist/index.js";

/** Short, so that a dead network is noticed while a test looks on. */
const timing = {
  pingIntervalMs: 300,
  pingTimeoutMs: 700,
  reconnect: { baseMs: 20, capMs: 200, stableMs: 1000 },
};

/** @param {import("../../packages/sdk/dist/index.js").TopicClientProps} props */
export function createClient(props) {
  return new sdk.TopicClient({ WebSocket, timing, ...props });
}

/** A WebSocket that counts how often it was made. */
export function createCountedSocket() {
  return class extends WebSocket {
    static count = 0;

    /** @param {string} url @param {string} protocols */
    constructor(url, protocols) {
      super(url, protocols);
      this.constructor.count += 1;
    }
  };
}

/** A subscription, and what it was told: texts of items, `lost`, `gap LAST NEXT`, `error CODE`. */
export class Listener extends EventEmitter {
  /** @type {string[]} */
  log = [];
  /** @type {import("../../packages/sdk/dist/index.js").TopicSubscribe.Subscription | undefined} */
  subscription;

  /**
   * @param {import("../../packages/sdk/dist/index.js").TopicClient} client
   * @param {string} topic
   */
  static async start(client, topic) {
    const listener = new Listener();
    const answer = await client.subscribe("default", topic, {
      onItem: (item) => listener.#tell(item.valueString()),
      onDiscontinuity: (gap) => listener.#tell(`gap ${gap.lastSequenceNumber()} ${gap.newSequenceNumber()}`),
      onConnectionLost: () => listener.#tell("lost"),
      onError: (error) => listener.#tell(`error ${error.errorCode()}`),
    });
    assert.ok(answer instanceof sdk.TopicSubscribe.Subscription, String(answer));
    listener.subscription = answer;
    return listener;
  }

  /** Resolves when `entry` is in the log. @param {string} entry */
  async until(entry) {
    while (!this.log.includes(entry)) await once(this, "told");
  }

  /** @param {string} entry */
  #tell(entry) {
    this.log.push(entry);
    this.emit("told");
  }
}

/** @param {import("../../packages/sdk/dist/index.js").TopicClient} client @param {string} topic @param {string | Uint8Array} value */
export async function publish(client, topic, value) {
  const answer = await client.publish("default", topic, value);
  assert.ok(answer instanceof sdk.TopicPublish.Success, String(answer));
}

/**
 * A disposable token.
 * @param {import("../harness.mjs").SubitoServer} server
 * @param {{ seconds: number, topics?: unknown, permissions?: string[], id?: string }} wish
 */
export async function createToken(server, { seconds, topics = "*", permissions = ["read", "write"], id }) {
  const rules = [{ type: "topic", permissions, caches: "*", topics }];
  const { token } = await callApi(server, "/tokens", {
    expires_in_seconds: seconds,
    permissions: { rules },
    ...(id === undefined ? {} : { token_id: id }),
  });
  return token;
}

/** @param {import("../harness.mjs").SubitoServer} server @param {string} path @param {unknown} body */
export async function callApi(server, path, body) {
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { authorization: server.apiKey ?? "" },
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, await response.clone().text());
  return response.json();
}
