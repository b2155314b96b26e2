// A subscriber connection to the server on ws: JSON in text messages.

import { toTextFrame } from "../../wire/websocket.js";
import { TextSubscriber } from "./websocket-text.js";

export class WsSubscriber extends TextSubscriber {
  /** @param {string} topic */
  subscribe(topic) {
    this.expectDeliveries(`{"type":"message","topic":"${topic}","data":"`, '"}');
    return this.sendWhenUsable(toTextFrame(JSON.stringify({ type: "subscribe", topic })));
  }

  /** @param {string} start */
  onNotice(start) {
    if (start.startsWith('{"type":"subscribed"')) this.ready += 1;
    else super.onNotice(start);
  }
}
