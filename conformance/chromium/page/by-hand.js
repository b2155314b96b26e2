// What a page writes by hand for /ws: one topic, drawn as it comes; another socket, at the cursor, when one is lost.

import { createRecord } from "./record.js";

const RETRY_MS = 200;

export async function start({ server, topic, token }) {
  const record = createRecord();
  const waiting = new Map();
  let socket;
  let cursor = {};
  let lastId = 0;

  const ask = (message) =>
    new Promise((resolve) => {
      const id = ++lastId;
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, ...message }));
    });

  function take(message) {
    const { id, type, item, discontinuity } = message;
    if (id !== undefined) {
      waiting.get(id)?.(message);
      waiting.delete(id);
    } else if (type === "item") {
      cursor = { sequence_number: item.topic_sequence_number + 1, sequence_page: item.sequence_page };
      record.item(item.topic_sequence_number, item.value.text);
    } else if (type === "discontinuity") {
      cursor = {
        sequence_number: discontinuity.new_topic_sequence + 1,
        sequence_page: discontinuity.new_sequence_page,
      };
      record.discontinuity(discontinuity.last_topic_sequence, discontinuity.new_topic_sequence);
    } else if (type === "ended") {
      record.errors.push(message.code);
    }
  }

  async function opened() {
    record.opens++;
    if (token !== undefined) await ask({ type: "authenticate", token });
    const answer = await ask({ type: "subscribe", cache: "default", topic, ...cursor });
    if (answer.type === "subscribed") {
      if (cursor.sequence_number === undefined)
        cursor = { sequence_number: answer.next_sequence_number, sequence_page: answer.sequence_page };
    } else record.errors.push(answer.code);
    return answer;
  }

  function connect(onOpen) {
    socket = new WebSocket(`${server.replace(/^http/, "ws")}/ws`, "subito.v1");
    socket.addEventListener("message", ({ data }) => take(JSON.parse(data)));
    socket.addEventListener("open", () => void opened().then(onOpen));
    socket.addEventListener("close", ({ code, reason }) => {
      record.closes.push([code, reason]);
      setTimeout(() => connect(() => undefined), RETRY_MS);
    });
  }

  const first = await new Promise(connect);
  return {
    record,
    first: first.type,
    send: (data) => socket.send(data),
    ask,
    publish: async (text) => (await ask({ type: "publish", cache: "default", topic, value: { text } })).type,
  };
}
