// What a user does with the SDK, in a runtime that has `fetch` and `WebSocket` of its own. Its argument is the server's port. Prints a line for
// each thing that it saw; after "cut me" the server is killed and started again.

import process from "node:process";

import {
  CredentialProvider,
  TopicClient,
  TopicPublish,
  TopicSubscribe,
} from "../../../packages/sdk/dist/index.js";

const port = Number(process.argv[2]);
const client = new TopicClient({
  credentialProvider: CredentialProvider.forMomentoLocal({ port }),
  timing: { reconnect: { baseMs: 20, capMs: 200, stableMs: 1000 } },
});

/** @param {TopicSubscribe.Response} answer */
function subscriptionOf(answer) {
  if (answer instanceof TopicSubscribe.Subscription) return answer;
  throw new Error(String(answer));
}

const values = subscriptionOf(await client.subscribe("default", "values"));
for (const value of ["text é😀", new Uint8Array([0, 1, 255])])
  await client.publish("default", "values", value);
let count = 0;
for await (const item of values) {
  const value = item.value();
  console.log(item.sequenceNumber(), typeof value === "string" ? value : `bytes ${[...value].join(" ")}`);
  if (++count === 2) break;
}

const unnamed = await client.subscribe("default", "");
if (unnamed instanceof TopicSubscribe.Error) console.log("unnamed", unnamed.errorCode());
const nowhere = await client.publish("nowhere", "topic", "x");
if (nowhere instanceof TopicPublish.Error) console.log("nowhere", nowhere.errorCode());

const stranger = new TopicClient({ url: `http://127.0.0.1:${port}`, getToken: () => "wrong" });
const refused = await stranger.subscribe("default", "values");
if (refused instanceof TopicSubscribe.Error) console.log("stranger", refused.errorCode());
stranger.close();

const controller = new AbortController();
await new Promise((resolve) => {
  const options = {
    onItem: () => {},
    onSubscriptionEnd: () => resolve(undefined),
    signal: controller.signal,
  };
  void client.subscribe("default", "given up", options).then(() => controller.abort());
});
console.log("aborted");

/** Each is called when that is seen. @type {Record<string, () => void>} */
const seen = {};
/** @param {string} what */
const until = (what) => new Promise((resolve) => (seen[what] = () => resolve(undefined)));
const [before, lost, after] = ["before", "lost", "after"].map(until);
subscriptionOf(
  await client.subscribe("default", "life", {
    onItem(item) {
      console.log("item", item.valueString());
      seen[item.valueString()]?.();
    },
    onConnectionLost() {
      console.log("lost");
      seen["lost"]?.();
    },
    onDiscontinuity: () => console.log("gap"),
  }),
);
await client.publish("default", "life", "before");
await before;
console.log("cut me");
await lost;
while (!((await client.publish("default", "life", "after")) instanceof TopicPublish.Success))
  await new Promise((resolve) => setTimeout(resolve, 20));
await after;
// Nothing keeps the program from its end.
client.close();
