// Through proxies: what each way needs of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startHttpProxy } from "../../testing/http-proxy.js";
import { grpcWebBinary, grpcWebText } from "../../testing/ways/grpc-web.js";
import { longPoll } from "../../testing/ways/long-poll.js";
import { sse } from "../../testing/ways/sse.js";
import { nextValues, place, startWorld } from "../../testing/ways/suite.js";
import type { Way } from "../../testing/ways/way.js";

function passes(title: string, ways: readonly Way[], buffers: boolean): void {
  for (const way of ways)
    test(`${title}: ${way.name}`, async (t) => {
      const world = await startWorld(t);
      const proxy = await startHttpProxy(t, world.server, { buffers });
      const subscriber = await way.open(proxy, { place });
      t.after(() => subscriber.cut());
      for (const value of ["one", "two"]) {
        await world.publish(value);
        assert.deepEqual(await nextValues(subscriber, 1), [value]);
      }
      if (way.publish !== undefined) {
        assert.equal(await way.publish(proxy, place, "three"), undefined);
        assert.deepEqual(await nextValues(subscriber, 1), ["three"]);
      }
    });
}

passes("works behind a proxy that knows of no upgrade", [grpcWebText, grpcWebBinary, sse, longPoll], false);
passes("works behind a proxy that keeps answers back until they are whole", [longPoll], true);
