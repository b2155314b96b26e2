// A client on a model server, and what its subscriptions have been told, for tests.

import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import type { TopicClientProps } from "../settings.js";
import { type SubscribeCallOptions, TopicClient } from "../topic-client.js";
import * as TopicSubscribe from "../topic-subscribe.js";
import { ManualRuntime } from "./manual-runtime.js";
import { ModelServer } from "./model-server.js";

export interface World {
  readonly runtime: ManualRuntime;
  readonly server: ModelServer;
  readonly client: TopicClient;
  /** Subscribes, and delivers until that has its answer. */
  subscribe(topic: string, options?: SubscribeCallOptions): Promise<Told>;
  /** Lets promises run and delivers what is on its way, a few times over. */
  settle(): Promise<void>;
  /** Lets time pass, in which what is on its way is delivered every second. */
  pass(seconds: number): Promise<void>;
  /** As `pass`, for long enough for any wait between two tries. */
  recover(): Promise<void>;
}

/** What one subscription was told: `a 1`, `gap 3-7`, `lost`, `error CODE`, `end`. */
export interface Told {
  readonly log: string[];
  readonly subscription: TopicSubscribe.Subscription;
}

export function createWorld(props: Partial<TopicClientProps> = {}): World {
  const runtime = new ManualRuntime();
  const server = new ModelServer();
  const client = new TopicClient({
    url: "http://model.test",
    WebSocket: server.WebSocket,
    runtime,
    ...props,
  });
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 4; round++) {
      await turn();
      server.deliver();
    }
    await turn();
  };
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      await runtime.advance(1000);
      await settle();
    }
  };
  return {
    ...{ runtime, server, client, settle, pass },
    recover: () => pass(16),
    async subscribe(topic, options) {
      const log: string[] = [];
      const asked = client.subscribe("c", topic, toCallbacks(log, options));
      await settle();
      const answer = await asked;
      assert.ok(answer instanceof TopicSubscribe.Subscription);
      return { log, subscription: answer };
    },
  };
}

function toCallbacks(log: string[], options: SubscribeCallOptions = {}): SubscribeCallOptions {
  return {
    onItem: (item) => log.push(`${item.valueString()} ${item.sequenceNumber()}`),
    onDiscontinuity: (gap) => log.push(`gap ${gap.lastSequenceNumber()}-${gap.newSequenceNumber()}`),
    onConnectionLost: () => log.push("lost"),
    onError: (error) => log.push(`error ${error.errorCode()}`),
    onSubscriptionEnd: () => log.push("end"),
    ...options,
  };
}
