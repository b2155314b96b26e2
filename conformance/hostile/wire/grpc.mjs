// gRPC's message framing, and the one request that attacks send, as bytes.

export const SUBSCRIBE = "/cache_client.pubsub.Pubsub/Subscribe";
export const PUBLISH = "/cache_client.pubsub.Pubsub/Publish";

/**
 * @param {Uint8Array} message
 * @param {{ compressed?: boolean, announcedBytes?: number }} [options]
 */
export function toEnvelope(message, { compressed = false, announcedBytes = message.length } = {}) {
  const prefix = Buffer.alloc(5);
  prefix[0] = compressed ? 1 : 0;
  prefix.writeUInt32BE(announcedBytes, 1);
  return Buffer.concat([prefix, message]);
}

/**
 * A length-delimited field of protobuf.
 * @param {number} number
 * @param {Uint8Array} bytes shorter than 128
 */
function toField(number, bytes) {
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** A _SubscriptionRequest in its envelope. @param {string} topic of the cache `default` */
export function toSubscription(topic) {
  return toEnvelope(Buffer.concat([toField(1, Buffer.from("default")), toField(2, Buffer.from(topic))]));
}
