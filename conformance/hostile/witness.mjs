// A subscriber on a connection of its own, and a publisher on another, who must notice nothing of an attack.

import { once } from "node:events";
import { connect } from "node:http2";

import { SUBSCRIBE, toSubscription } from "./wire/grpc.mjs";

/** Enough for a busy machine; nothing here measures time. */
const patienceMs = 60_000;
/** Between two items, so that the witness does not become the load. */
const pauseMs = 5;

/** @param {Buffer} bytes @param {number} at @returns {[value: number, next: number]} */
function readVarint(bytes, at) {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const octet = bytes.readUInt8(at++);
    value += (octet % 128) * factor;
    if (octet < 128) return [value, at];
  }
}

/** The fields of a message, as far as they are numbers or bytes. @param {Buffer} bytes */
function readFields(bytes) {
  /** @type {Map<number, Buffer | number>} */
  const fields = new Map();
  for (let at = 0; at < bytes.length;) {
    const [key, afterKey] = readVarint(bytes, at);
    const [value, afterValue] = readVarint(bytes, afterKey);
    const isBytes = key % 8 === 2;
    at = isBytes ? afterValue + value : afterValue;
    fields.set(key >> 3, isBytes ? bytes.subarray(afterValue, at) : value);
  }
  return fields;
}

/** One subscription to one topic, and what it received. */
export class Witness {
  /** What was received that is no item in its place. @type {string[]} */
  faults = [];
  received = 0;
  published = 0;
  #topic;
  #subscriber;
  #publisher;
  /** @type {import("node:http2").ClientHttp2Stream} */
  #stream;
  /** @type {Buffer} */
  #rest = Buffer.alloc(0);
  #heard = () => {};
  #goesOn = false;
  /** @type {Promise<void> | undefined} */
  #publishing;

  /** @param {string} url @param {string} topic no other witness's */
  constructor(url, topic) {
    this.#topic = topic;
    this.#subscriber = connect(url);
    this.#publisher = connect(url);
    for (const session of [this.#subscriber, this.#publisher])
      session.on("error", (error) => this.faults.push(`a connection failed: ${error.message}`));
    this.#stream = this.#subscriber.request({
      ":method": "POST",
      ":path": SUBSCRIBE,
      "content-type": "application/grpc",
      te: "trailers",
    });
    this.#stream.on("data", (bytes) => this.#receive(bytes));
    this.#stream.on("error", (error) => this.faults.push(`the subscription failed: ${error.message}`));
    this.#stream.on("end", () => this.faults.push("the subscription ended"));
    this.#stream.end(toSubscription(topic));
  }

  /** A witness whose subscription has begun. @param {string} url @param {string} topic */
  static async start(url, topic) {
    const witness = new Witness(url, topic);
    await once(witness.#stream, "data");
    await witness.#publish();
    await witness.caughtUp();
    return witness;
  }

  /** Publishes one item after another until `stop`. */
  begin() {
    this.#goesOn = true;
    const goOn = async () => {
      while (this.#goesOn) {
        await this.#publish();
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    };
    this.#publishing = goOn().catch((error) => void this.faults.push(error.message));
  }

  /** Publishes no more; resolves when all that was published is here. */
  async stop() {
    this.#goesOn = false;
    await this.#publishing;
    await this.caughtUp();
  }

  /** Resolves when everything published is here, or something else came. */
  async caughtUp() {
    const deadline = setTimeout(() => {
      this.faults.push(`received ${this.received} of ${this.published}`);
      this.#heard();
    }, patienceMs);
    while (this.received < this.published && this.faults.length === 0)
      await new Promise((resolve) => (this.#heard = () => resolve(undefined)));
    clearTimeout(deadline);
  }

  close() {
    this.#stream.removeAllListeners("end");
    this.#stream.close();
    this.#subscriber.destroy();
    this.#publisher.destroy();
  }

  async #publish() {
    this.published += 1;
    const stream = this.#publisher.request({
      ":method": "POST",
      ":path": `/topics/default/${this.#topic}`,
    });
    stream.end(String(this.published));
    const [headers] = await once(stream, "response");
    if (headers[":status"] !== 204) this.faults.push(`publish was answered by ${headers[":status"]}`);
    stream.resume();
  }

  /** @param {Buffer} bytes */
  #receive(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 5) {
      const end = 5 + this.#rest.readUInt32BE(1);
      if (this.#rest.length < end) break;
      this.#message(readFields(this.#rest.subarray(5, end)));
      this.#rest = this.#rest.subarray(end);
    }
    this.#heard();
  }

  /** @param {Map<number, Buffer | number>} message a _SubscriptionItem */
  #message(message) {
    if (message.has(3)) return;
    const item = message.get(1);
    this.received += 1;
    if (!Buffer.isBuffer(item)) {
      this.faults.push("a discontinuity");
      return;
    }
    const fields = readFields(item);
    const value = fields.get(2);
    const text = Buffer.isBuffer(value) ? String(readFields(value).get(1)) : "";
    if (fields.get(1) !== this.received || text !== String(this.received))
      this.faults.push(`item ${fields.get(1)} "${text}" in the place of ${this.received}`);
  }
}
