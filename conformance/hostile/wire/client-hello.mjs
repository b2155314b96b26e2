// The first thing that a TLS client says (RFC 8446 4.1.2), as Node's own client says it.

import { Duplex } from "node:stream";
import { connect } from "node:tls";

/** The record with a ClientHello. @returns {Promise<Buffer>} */
export function makeClientHello() {
  return new Promise((resolve) => {
    const wire = new Duplex({
      read() {},
      write(bytes, _encoding, done) {
        resolve(bytes);
        done();
      },
    });
    const client = connect({ socket: wire, servername: "localhost", ALPNProtocols: ["h2"] });
    client.on("error", () => {});
  });
}
