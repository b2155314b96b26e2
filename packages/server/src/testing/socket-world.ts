// Sockets of the JSON protocol on topics with everything around them faked, and on the real authentication.

import assert from "node:assert/strict";
import type { AuthMode } from "../auth/authenticate.js";
import { authorizeIssueTokens } from "../auth/authorize.js";
import { LOCAL_PRINCIPAL } from "../auth/principal.js";
import type { ServiceError } from "../kernel/errors.js";
import type { Rule } from "../ports/permissions.js";
import type { TopicsLimits } from "../topics/topics.js";
import { createWebSocketApplication } from "../transports/websocket/application.js";
import { createTestAccess } from "./access.js";
import { toBinaryMessage } from "./binary-message.js";
import { FakeChannel, type SentMessage } from "./fake-channel.js";
import { createWorld } from "./topics-world.js";

export interface SocketWorldOptions {
  readonly mode?: AuthMode;
  readonly delayed?: boolean;
  readonly subscriptionsMax?: number;
  readonly limits?: Partial<TopicsLimits>;
}

export function createSocketWorld(options: SocketWorldOptions = {}) {
  const { mode = "open", delayed = false, subscriptionsMax = 3, limits = {} } = options;
  const world = createWorld(limits, { delayed });
  const access = createTestAccess(mode);
  const internalErrors: ServiceError[] = [];
  const application = createWebSocketApplication({
    topics: world.topics,
    authenticator: access.authenticator,
    webSocketSubscriptionsMax: subscriptionsMax,
    onInternalError: (error) => internalErrors.push(error),
  });

  /** Opens a socket, by `host`, with a token in its handshake or without. */
  async function open(token?: string, host = "localhost"): Promise<TestSocket> {
    const metadata = { get: () => undefined };
    const maker = await application.open({ metadata, authority: host, address: "127.0.0.1", token });
    const channel = new FakeChannel();
    const handler = maker(channel);
    channel.handler = handler;
    return new TestSocket(channel);
  }

  /** A token that may read and write topics whose name begins with `prefix`. */
  async function makeToken(prefix = "", { lifetimeSeconds = 60, tokenId = "" } = {}): Promise<string> {
    const topics = prefix === "" ? "*" : { prefix };
    const rule: Rule = { type: "topic", permissions: ["read", "write"], caches: "*", topics };
    const permissions = { rules: [rule] };
    const grant = authorizeIssueTokens(LOCAL_PRINCIPAL);
    return (await access.tokens.createDisposable(grant, { permissions, tokenId, lifetimeSeconds })).token;
  }

  return { ...world, access, application, internalErrors, open, makeToken };
}

export class TestSocket {
  readonly channel: FakeChannel;

  constructor(channel: FakeChannel) {
    this.channel = channel;
  }

  /** What was said since the last time. */
  get said(): Readonly<Record<string, unknown>>[] {
    return this.channel.take().map(({ json }: SentMessage) => json);
  }

  /** Sends a text message, as it is or as JSON. */
  send(message: object | string): void {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    this.channel.handler?.message("text", Buffer.from(text));
  }

  sendBinary(json: object | string, value: Uint8Array): void {
    this.channel.handler?.message("binary", toBinaryMessage(json, value));
  }

  /** Sends a request that is answered at once, with one message; returns that. */
  ask(message: object | string): Readonly<Record<string, unknown>> {
    assert.deepEqual(this.said, []);
    this.send(message);
    const [answer, ...more] = this.said;
    assert.deepEqual(more, []);
    assert.ok(answer, "was not answered at once");
    return answer;
  }

  close(): void {
    this.channel.handler?.closed();
    this.channel.handler = undefined;
  }
}
