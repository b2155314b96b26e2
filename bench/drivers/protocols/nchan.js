// A subscriber connection to nchan: the address names the channel, each message is the payload and nothing else.

import { toUpgradeRequest } from "../../wire/websocket.js";
import { TextSubscriber } from "./websocket-text.js";

export class NchanSubscriber extends TextSubscriber {
  /** @param {import("./protocol.js").SubscriberOptions} options */
  constructor(options) {
    super(options);
    this.expectDeliveries("", "");
  }

  hello() {
    return Buffer.alloc(0);
  }

  /** @param {string} topic */
  subscribe(topic) {
    return toUpgradeRequest(this.port, `/subscribe/${topic}`);
  }

  onOpen() {
    this.ready += 1;
  }
}
