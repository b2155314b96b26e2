// Uses an API key over TLS as an application does: creates a cache, subscribes, publishes, receives, and prints what it received, or
// the error that the client gives. With `live`, the subscription stays, and every line of standard input is published to it. With
// `token`, a disposable token is made with the key, and everything but the cache is done with that.

import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(join(import.meta.dirname, "..", "node", "package.json"));
/** @type {typeof import("@gomomento/sdk")} */
const momento = require("@gomomento/sdk");

// A v2 key comes with its endpoint, in the variables that the client looks for itself.
const credentialProvider =
  process.env["MOMENTO_ENDPOINT"] === undefined
    ? momento.CredentialProvider.fromString({ apiKey: process.env["SUBITO_API_KEY"] ?? "" })
    : momento.CredentialProvider.fromEnvVarV2();
const quiet = new momento.NoopMomentoLoggerFactory();
const cacheName = "from-node";

/** @param {object} response @returns {string | undefined} the error's code */
function errorOf(response) {
  return "errorCode" in response && typeof response.errorCode === "function"
    ? String(response.errorCode())
    : undefined;
}

async function generateToken() {
  const client = new momento.AuthClient({ credentialProvider });
  const scope = momento.DisposableTokenScopes.topicPublishSubscribe(cacheName, "topic");
  const made = await client.generateDisposableToken(scope, momento.ExpiresIn.minutes(10));
  if (made.type === momento.GenerateDisposableTokenResponse.Success)
    return momento.CredentialProvider.fromDisposableToken({ apiKey: made.authToken });
  throw new Error(made.toString());
}

async function run() {
  const caches = await momento.CacheClient.create({
    configuration: momento.Configurations.Laptop.latest(quiet),
    credentialProvider,
    defaultTtlSeconds: 60,
    eagerConnectTimeout: 0,
  });
  const failed = errorOf(await caches.createCache(cacheName));
  if (failed !== undefined) return `error ${failed}`;
  const topics = new momento.TopicClient({
    configuration: momento.TopicConfigurations.Default.latest(quiet).withClientTimeoutMillis(60_000),
    credentialProvider: process.argv[2] === "token" ? await generateToken() : credentialProvider,
  });
  /** @type {(text: string) => void} */
  let onValue = () => {};
  const subscription = await topics.subscribe(cacheName, "topic", {
    onItem: (item) => onValue(item.valueString()),
    onError: (error) => console.log(`error ${error.errorCode()}`),
    onConnectionLost: () => console.log("connection lost"),
  });
  const refused = errorOf(subscription);
  if (refused !== undefined) return `error ${refused}`;
  if (process.argv[2] === "live") {
    onValue = (text) => console.log(`received ${text}`);
    console.log("live");
    for await (const line of createInterface(process.stdin)) await topics.publish(cacheName, "topic", line);
    return "done";
  }
  /** @type {Promise<string>} */
  const received = new Promise((resolve) => (onValue = resolve));
  await topics.publish(cacheName, "topic", "over TLS");
  return `received ${await received}`;
}

console.log(await run());
process.exit(0);
