// What a page writes for /sse: EventSource, which comes back with the last id by itself.

import { createRecord } from "./record.js";

export async function start({ server, topic, token }) {
  const record = createRecord();
  const query = token === undefined ? "" : `?token=${token}`;
  const source = new EventSource(`${server}/sse/default/${topic}${query}`);
  source.onmessage = ({ data }) => {
    const { item } = JSON.parse(data);
    record.item(item.topic_sequence_number, item.value.text);
  };
  source.addEventListener("discontinuity", ({ data }) => {
    const { discontinuity } = JSON.parse(data);
    record.discontinuity(discontinuity.last_topic_sequence, discontinuity.new_topic_sequence);
  });
  source.addEventListener("ended", ({ data }) => record.errors.push(JSON.parse(data).code));
  source.onopen = () => record.opens++;
  source.onerror = () => record.closes.push([source.readyState]);
  await new Promise((resolve) => source.addEventListener("open", resolve, { once: true }));
  return { record, first: "open" };
}
