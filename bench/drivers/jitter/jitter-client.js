// One client of the jitter test: connects, is cut off without a word, comes back, and goes on where its protocol lets it.

import net from "node:net";
import { HOST } from "../../peers/peer.js";
import { createSubscriberProtocol } from "../protocols/protocol.js";
import { RecoveringCentrifugoSubscriber } from "./recovering-centrifugo.js";
import { ResumingHttp2Subscriber } from "./resuming-http2.js";
import { SequenceRecorder } from "./sequence-recorder.js";

/** @typedef {import("../protocols/protocol.js").SubscriberProtocol} SubscriberProtocol */

const READY_TIMEOUT_MS = 30_000;
const receiveBuffer = Buffer.allocUnsafe(256 * 1024);

/**
 * @param {import("../protocols/protocol.js").SubscriberOptions} options @param {SubscriberProtocol | null} before
 *   the connection that this one comes after
 * @returns {SubscriberProtocol}
 */
function createProtocol(options, before) {
  switch (options.target.resume) {
    case "sequence-and-page":
      return new ResumingHttp2Subscriber(
        options,
        before instanceof ResumingHttp2Subscriber ? before.place : null,
      );
    case "offset-and-epoch":
      return new RecoveringCentrifugoSubscriber(
        options,
        before instanceof RecoveringCentrifugoSubscriber ? before.place : null,
      );
    case undefined:
      return createSubscriberProtocol(options);
  }
}

export class JitterClient {
  /**
   * @param {Omit<import("../protocols/protocol.js").SubscriberOptions, "recorder">} options @param {string} topic
   * @param {import("../histogram.js").Histogram} replays
   */
  constructor(options, topic, replays) {
    this.recorder = new SequenceRecorder(replays);
    this.options = { ...options, recorder: this.recorder };
    this.topic = topic;
    this.drops = 0;
    this.toldLosses = 0;
    /** @type {string | null} */
    this.error = null;
    /** @type {SubscriberProtocol | null} */
    this.protocol = null;
    /** @type {net.Socket | null} */
    this.socket = null;
  }

  /** @returns {Promise<void>} once the server has confirmed the subscription */
  connect() {
    this.recorder.comeBack();
    const protocol = createProtocol(this.options, this.protocol);
    this.protocol = protocol;
    return new Promise((resolve, reject) => {
      const fail = (/** @type {string} */ reason) => {
        this.error ??= reason;
        reject(new Error(reason));
      };
      const timer = setTimeout(() => fail("not subscribed in time"), READY_TIMEOUT_MS);
      const onread = {
        buffer: receiveBuffer,
        /** @param {number} length @param {Uint8Array} buffer */
        callback: (length, buffer) => {
          this.recorder.beginRead();
          const answer = protocol.feed(buffer, length);
          if (answer !== null) socket.write(answer);
          if (protocol.error !== null) fail(protocol.error);
          if (protocol.ready === 0) return true;
          clearTimeout(timer);
          resolve();
          return true;
        },
      };
      const socket = net.connect({ host: HOST, port: this.options.target.port, noDelay: true, onread });
      this.socket = socket;
      socket.on("error", (error) => fail(error.message));
      socket.on("connect", () =>
        socket.write(Buffer.concat([protocol.hello(), protocol.subscribe(this.topic)])),
      );
    });
  }

  /** Like a network that is gone: a reset, without any word of the protocol. */
  drop() {
    this.drops += 1;
    this.toldLosses += this.protocol?.lost ?? 0;
    this.socket?.removeAllListeners("error");
    this.socket?.on("error", () => undefined);
    this.socket?.resetAndDestroy();
  }
}
