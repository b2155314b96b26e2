// A subscriber connection to Socket.IO (protocol 5 on Engine.IO 4): packets as text, each with its type in front.

import { toTextFrame } from "../../wire/websocket.js";
import { TextSubscriber } from "./websocket-text.js";

export const SOCKET_IO_PATH = "/socket.io/?EIO=4&transport=websocket";

/** The first digit is Engine.IO's type (4: message), the second one Socket.IO's. */
export const PACKET = Object.freeze({
  open: "0",
  ping: "2",
  pong: "3",
  connect: "40",
  event: "42",
  acknowledgement: "43",
});

const FIRST_ACKNOWLEDGEMENT_ID = 1;

export class SocketIoSubscriber extends TextSubscriber {
  get path() {
    return SOCKET_IO_PATH;
  }

  /** The server acknowledges the event once the connection is in the room. @param {string} topic */
  subscribe(topic) {
    this.expectDeliveries(`${PACKET.event}["message","${topic}","`, '"]');
    const event = JSON.stringify(["subscribe", topic]);
    return this.sendWhenUsable(toTextFrame(`${PACKET.event}${FIRST_ACKNOWLEDGEMENT_ID}${event}`));
  }

  onOpen() {
    this.answers.push(toTextFrame(PACKET.connect));
  }

  /** @param {string} start */
  onNotice(start) {
    if (start.startsWith(PACKET.acknowledgement)) this.ready += 1;
    else if (start === PACKET.ping) this.answers.push(toTextFrame(PACKET.pong));
    else if (start.startsWith(PACKET.connect)) this.becomeUsable();
    else if (!start.startsWith(PACKET.open)) super.onNotice(start);
  }
}
