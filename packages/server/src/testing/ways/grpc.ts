// gRPC, over an HTTP/2 connection for each subscriber.

import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { toEnvelope } from "../../rpc/envelope.js";
import { GrpcStream, PUBLISH_PATH, SUBSCRIBE_PATH, callGrpc } from "../grpc-client.js";
import { fromGrpcStatus } from "./codes.js";
import { Inbox, createSubscriber } from "./inbox.js";
import { putGrpcMessage, toPublishMessage, toSubscribeMessage } from "./messages.js";
import { FRESH, type Port, type Way } from "./way.js";

function connectOnce({ port }: Port) {
  const socket = connect({ port, host: "127.0.0.1" });
  const session = connectHttp2(`http://127.0.0.1:${port}`, { createConnection: () => socket });
  socket.on("error", () => undefined);
  session.on("error", () => undefined);
  return { session, socket };
}

const toHeaders = (token: string | undefined) =>
  token === undefined ? ({} as Record<string, string>) : { authorization: token };

export const grpc: Way = {
  name: "gRPC",

  async open(server, { place, cursor = FRESH, token }) {
    const { session, socket } = connectOnce(server);
    const inbox = new Inbox(cursor);
    const call = new GrpcStream(session, SUBSCRIBE_PATH, toHeaders(token));
    call.stream.on("data", () => {
      for (const message of call.messages.splice(0)) putGrpcMessage(inbox, message);
    });
    void call.end.then(({ status }) => {
      if (status === undefined) inbox.lost();
      else inbox.ended(fromGrpcStatus(status));
      session.close();
    });
    call.stream.end(toEnvelope(toSubscribeMessage(place, cursor)));
    await inbox.opened;
    return createSubscriber(inbox, {
      cut: () => socket.resetAndDestroy(),
      pause: () => call.stream.pause(),
      resume: () => call.stream.resume(),
    });
  },

  async publish(server, place, value, token) {
    const { session } = connectOnce(server);
    const body = toEnvelope(toPublishMessage(place, value));
    const { status = 14 } = await callGrpc(session, PUBLISH_PATH, body, toHeaders(token));
    session.close();
    return status === 0 ? undefined : fromGrpcStatus(status);
  },
};
