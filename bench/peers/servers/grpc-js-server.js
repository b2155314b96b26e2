// Peer: publish/subscribe with @grpc/grpc-js as its documentation teaches it. Prints `port N` when it listens.

import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const definition = protoLoader.loadSync(fileURLToPath(new URL("./pubsub.proto", import.meta.url)), {
  keepCase: true,
  longs: Number,
  oneofs: true,
});
const contract = /** @type {any} */ (grpc.loadPackageDefinition(definition));

/** @typedef {{ page: number, sequence: number, calls: Set<any> }} Topic  `any`: the calls are typed only at run time */

/** @type {Map<string, Topic>} */
const topics = new Map();

/** @param {{ cache_name: string, topic: string }} request @returns {Topic} */
function topicOf({ cache_name, topic }) {
  const key = `${cache_name}\n${topic}`;
  let found = topics.get(key);
  if (found === undefined) {
    found = { page: Date.now(), sequence: 0, calls: new Set() };
    topics.set(key, found);
  }
  return found;
}

/** @param {any} call */
function subscribe(call) {
  const { calls } = topicOf(call.request);
  calls.add(call);
  call.on("cancelled", () => calls.delete(call));
  call.write({ heartbeat: {} });
}

/** @param {any} call @param {(error: null, reply: object) => void} reply */
function publish(call, reply) {
  const topic = topicOf(call.request);
  topic.sequence += 1;
  const item = {
    topic_sequence_number: topic.sequence,
    value: call.request.value,
    publisher_id: "",
    sequence_page: topic.page,
  };
  for (const subscriber of topic.calls) subscriber.write({ item });
  reply(null, {});
}

const server = new grpc.Server();
server.addService(contract.cache_client.pubsub.Pubsub.service, { Publish: publish, Subscribe: subscribe });
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`port ${port}`);
});
