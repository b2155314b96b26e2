// Connections of this process with itself: both ends of real TCP sockets, for tests of what stands on a socket.

import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
import { after, before } from "node:test";

export interface SocketPair {
  readonly client: Socket;
  /** Reads nothing until it is resumed. */
  readonly accepted: Socket;
}

/** To be called at the top of a test file. What it returns makes a new connection each time, but one at a time. */
export function serveSocketPairs(): () => Promise<SocketPair> {
  const server = createServer({ pauseOnConnect: true });
  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => server.close());
  return async () => {
    const client = connect({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
    client.on("error", () => {});
    const [[accepted]] = (await Promise.all([once(server, "connection"), once(client, "connect")])) as [
      [Socket],
      unknown,
    ];
    accepted.on("error", () => {});
    return { client, accepted };
  };
}
