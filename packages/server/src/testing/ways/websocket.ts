// WebSocket in JSON, one socket for each subscriber; the token comes in a message, as pages send it.

import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { RawWebSocketClient } from "../../../../websocket/dist/testing/raw-client.js";
import { fromJsonCode } from "./codes.js";
import { Inbox, createSubscriber } from "./inbox.js";
import {
  type JsonDiscontinuity,
  type JsonItem,
  fromJsonDiscontinuity,
  fromJsonItem,
  toJsonValue,
} from "./messages.js";
import { FRESH, type OpenOptions, type Port, type Way } from "./way.js";

/** Of the server, as docs/reference/websocket.md has them. */
interface Message {
  readonly id?: number;
  readonly type: string;
  readonly code?: string;
  readonly item?: JsonItem;
  readonly discontinuity?: JsonDiscontinuity;
  readonly next_sequence_number?: number;
  readonly sequence_page?: number;
}

interface Received extends Message {
  /** Of a binary message: what stands behind its JSON. */
  readonly bytes?: Buffer;
}

async function openSocket({ port }: Port): Promise<{ socket: Socket; raw: RawWebSocketClient }> {
  const socket = connect({ port, host: "127.0.0.1" });
  const raw = new RawWebSocketClient(socket);
  await once(socket, "connect");
  const head = await raw.handshake();
  if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(head);
  return { socket, raw };
}

/** The next message; undefined when the socket is closed, or about to be. */
async function read(raw: RawWebSocketClient): Promise<Received | undefined> {
  for (;;) {
    const told = await raw.next().catch(() => "close");
    if (told.startsWith("text:")) return JSON.parse(told.slice(5)) as Message;
    if (told.startsWith("binary:")) {
      const all = Buffer.from(told.slice(7), "latin1");
      const end = 4 + all.readUInt32BE(0);
      return { ...(JSON.parse(all.toString("utf8", 4, end)) as Message), bytes: all.subarray(end) };
    }
    if (told.startsWith("close")) return undefined;
  }
}

function take(inbox: Inbox, message: Received): void {
  const { type, code = "", item, discontinuity, bytes } = message;
  const told = { sequence: message.next_sequence_number ?? 0, page: message.sequence_page ?? 0 };
  if (type === "item" && item !== undefined) inbox.put(fromJsonItem(item, bytes));
  else if (type === "discontinuity" && discontinuity !== undefined)
    inbox.put(fromJsonDiscontinuity(discontinuity));
  else if (type === "subscribed") inbox.live(told);
  else if (type === "error") inbox.ended(fromJsonCode(code));
  else if (type === "ended") {
    if (JSON.stringify(told) !== JSON.stringify(inbox.received))
      throw new Error(`${JSON.stringify(message)} is not behind ${JSON.stringify(inbox.received)}`);
    inbox.ended(fromJsonCode(code));
  } else if (type !== "authenticated") throw new Error(`not expected: ${JSON.stringify(message)}`);
}

export const webSocket: Way = {
  name: "WebSocket",

  async open(server, { place, cursor = FRESH, token }: OpenOptions) {
    const inbox = new Inbox(cursor);
    const { socket, raw } = await openSocket(server);
    const ask = (message: object): void => void raw.text(JSON.stringify(message));
    if (token !== undefined) ask({ id: 0, type: "authenticate", token });
    ask({
      ...{ id: 1, type: "subscribe", cache: place.cacheName, topic: place.topic },
      ...{ sequence_number: cursor.sequence, sequence_page: cursor.page },
    });
    const readAll = async (): Promise<void> => {
      while (!inbox.isOver) {
        const message = await read(raw);
        if (message === undefined) inbox.lost();
        else take(inbox, message);
      }
      socket.destroy();
    };
    void readAll();
    await inbox.opened;
    return createSubscriber(inbox, {
      cut: () => socket.resetAndDestroy(),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
    });
  },

  async publish(server, place, value, token) {
    const { socket, raw } = await openSocket(server);
    if (token !== undefined) raw.text(JSON.stringify({ id: 1, type: "authenticate", token }));
    const message = { id: 2, type: "publish", cache: place.cacheName, topic: place.topic };
    raw.text(JSON.stringify({ ...message, value: toJsonValue(value) }));
    for (;;) {
      const answer = await read(raw);
      if (answer === undefined) throw new Error("closed without an answer");
      if (answer.type === "authenticated") continue;
      socket.destroy();
      return answer.type === "published" ? undefined : fromJsonCode(answer.code ?? "");
    }
  },
};
