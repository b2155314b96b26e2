// Unary publishes by h2load: every one is answered, counted once and in the ring's order.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";

import { createTemporaryDirectory, startSubito } from "../harness.mjs";
import { captureCommand, hasCommand } from "./commands.mjs";
import { toEnvelope, toPublishRequest } from "./grpc-client.mjs";

const requests = 20_000;
const topicName = "h2load";

it("h2load publishes 20,000 messages", { skip: !hasCommand("h2load") && "h2load is missing" }, async () => {
  const server = await startSubito();
  const bodyFile = join(createTemporaryDirectory(), "publish.bin");
  writeFileSync(bodyFile, toEnvelope(toPublishRequest("default", topicName, "x".repeat(100))));
  const result = await captureCommand(
    "h2load",
    [
      ...["-n", String(requests), "-c", "4", "-m", "50", "-d", bodyFile],
      ...["-H", "content-type: application/grpc", "-H", "te: trailers"],
      `${server.url}/cache_client.pubsub.Pubsub/Publish`,
    ],
    { timeoutMs: 180_000 },
  );
  assert.equal(result.status, 0, `${result.reason}: ${result.stderr}`);
  assert.match(
    result.stdout,
    new RegExp(`${requests} total, ${requests} started, ${requests} done, ${requests} succeeded, 0 failed`),
    result.stdout,
  );
  assert.match(
    result.stdout,
    new RegExp(`status codes: ${requests} 2xx, 0 3xx, 0 4xx, 0 5xx`),
    result.stdout,
  );

  // Errors of gRPC come in trailers, with status 200: the next number tells how many were accepted.
  const url = `${server.url}/topics/default/${topicName}`;
  const published = await fetch(url, { method: "POST", body: "the next one" });
  assert.equal(published.status, 204);
  const polled = await fetch(`${url}?sequence_number=${requests + 1}`);
  const { items } = /** @type {{ items: any[] }} */ (await polled.json());
  assert.equal(items.length, 1);
  assert.equal(items[0].item.topic_sequence_number, requests + 1);
  assert.deepEqual(items[0].item.value, { text: "the next one" });
  assert.equal(await server.stop(), 0);
});
