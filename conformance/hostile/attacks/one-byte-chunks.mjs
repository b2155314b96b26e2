// A body of a megabyte in chunks of one byte: six bytes on the wire for each, and a buffer in memory if one is not careful.

const chunks = Buffer.from("1\r\nx\r\n".repeat(50_000));

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "",
  does: "sends a body in chunks of one byte",
  limit: "bodyBytesMax",
  meets: "status 413, closed",
  counter: 'subito_http1_errors_total{fault="body_too_large"}',
  memoryMb: 96,
  async run(target) {
    const peers = await Promise.all(Array.from({ length: 4 }, () => target.connectHttp1()));
    return Promise.all(
      peers.map(async (peer) => {
        await peer.send(
          "POST /topics/default/x HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n",
        );
        for (let sent = 0; sent < 3_000_000 && !peer.isEnded; sent += 50_000) await peer.send(chunks);
        return target.patiently(peer.ended);
      }),
    );
  },
};
