// The same with packages/sdk, as it is built.

import { TopicClient } from "/sdk/index.js";
import { createRecord } from "./record.js";

export async function start({ server, topic, token }) {
  const record = createRecord();
  const client = new TopicClient({ url: server, ...(token === undefined ? {} : { getToken: () => token }) });
  const answer = await client.subscribe("default", topic, {
    onItem: (item) => record.item(item.sequenceNumber(), item.valueString()),
    onDiscontinuity: (told) => record.discontinuity(told.lastSequenceNumber(), told.newSequenceNumber()),
    onError: (error) => record.errors.push(error.errorCode()),
    onConnectionLost: () => record.closes.push([]),
    onHeartbeat: () => record.opens++,
  });
  return {
    record,
    first: String(answer.type),
    publish: async (text) => String((await client.publish("default", topic, text)).type),
  };
}
