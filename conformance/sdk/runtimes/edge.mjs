// An edge function with the SDK: subscribes, publishes, and answers with what came. `?port=` is the server's.

import {
  CredentialProvider,
  TopicClient,
  TopicPublish,
  TopicSubscribe,
} from "../../../packages/sdk/dist/index.js";

export default {
  /** @param {Request} request */
  async fetch(request) {
    const port = Number(new URL(request.url).searchParams.get("port"));
    const client = new TopicClient({ credentialProvider: CredentialProvider.forMomentoLocal({ port }) });
    const subscription = await client.subscribe("default", "edge");
    if (!(subscription instanceof TopicSubscribe.Subscription)) return new Response(String(subscription));
    const published = await client.publish("default", "edge", "from the edge");
    if (!(published instanceof TopicPublish.Success)) return new Response(String(published));
    for await (const item of subscription) {
      client.close();
      return new Response(item.valueString());
    }
    return new Response("nothing came");
  },
};
