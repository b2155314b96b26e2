// gRPC clients for these tests: grpc-js over the .proto as loaded at run time, and single calls with every byte chosen by the test.

import { connect, constants } from "node:http2";
import { join } from "node:path";

import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/** Long enough for a busy machine; nothing here measures time. */
const patienceMs = 60_000;

const { cache_client: services } =
  /** @type {{ cache_client: { pubsub: { Pubsub: grpc.ServiceClientConstructor } } }} */ (
    /** @type {unknown} */ (
      grpc.loadPackageDefinition(
        loadSync(join(import.meta.dirname, "pubsub.proto"), { keepCase: true, longs: Number, oneofs: true }),
      )
    )
  );

/**
 * A client of the pub/sub service; close it in the end.
 * @param {number} port
 * @param {grpc.ClientOptions} [options]
 */
export function createPubsubClient(port, options) {
  return new services.pubsub.Pubsub(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), options);
}

/**
 * The same over TLS.
 * @param {string} address a name that the certificate has, and the port
 * @param {Buffer} authority the certificate to trust, as PEM
 */
export function createTlsPubsubClient(address, authority) {
  return new services.pubsub.Pubsub(address, grpc.credentials.createSsl(authority));
}

/**
 * @typedef {object} Outcome
 * @property {number} code
 * @property {string} details
 * @property {grpc.Metadata} metadata The trailers.
 *
 * @param {grpc.Client} client
 * @param {string} method
 * @param {object} request
 * @param {grpc.Metadata} [metadata]
 * @param {grpc.CallOptions} [options]
 * @returns {Promise<Outcome>} also when the call fails
 */
export function callUnary(client, method, request, metadata = new grpc.Metadata(), options = {}) {
  return new Promise((resolve) => {
    const invoke = /** @type {Record<string, (...args: unknown[]) => grpc.ClientUnaryCall>} */ (
      /** @type {unknown} */ (client)
    )[method];
    if (invoke === undefined) throw new Error(`There is no method ${method}.`);
    invoke.call(client, request, metadata, options, () => {}).on("status", resolve);
  });
}

/**
 * The next message of a stream; rejects when the stream ends before.
 * @param {grpc.ClientReadableStream<any>} stream
 * @returns {Promise<any>}
 */
export async function readMessage(stream) {
  for (;;) {
    const message = stream.read();
    if (message !== null) return message;
    await new Promise((resolve, reject) => {
      const finish = () => {
        stream.off("readable", onReadable);
        stream.off("end", onEnd);
      };
      const onReadable = () => {
        finish();
        resolve(undefined);
      };
      const onEnd = () => {
        finish();
        reject(new Error("The stream ended."));
      };
      stream.once("readable", onReadable);
      stream.once("end", onEnd);
    });
  }
}

/**
 * The next item of a subscription; heartbeats are left out.
 * @param {grpc.ClientReadableStream<any>} stream
 */
export async function readItem(stream) {
  for (;;) {
    const message = await readMessage(stream);
    if (message.kind !== "heartbeat") return message;
  }
}

/**
 * gRPC's message prefix and the message.
 * @param {Uint8Array} message
 * @param {{ compressed?: boolean, announcedBytes?: number }} [options]
 */
export function toEnvelope(message, { compressed = false, announcedBytes = message.length } = {}) {
  const prefix = Buffer.alloc(5);
  prefix[0] = compressed ? 1 : 0;
  prefix.writeUInt32BE(announcedBytes, 1);
  return Buffer.concat([prefix, message]);
}

/**
 * A publish request with a text, as protobuf.
 * @param {string} cacheName
 * @param {string} topicName
 * @param {string} text
 */
export function toPublishRequest(cacheName, topicName, text) {
  return Buffer.concat([
    toField(1, Buffer.from(cacheName)),
    toField(2, Buffer.from(topicName)),
    toField(3, toField(1, Buffer.from(text))),
  ]);
}

/**
 * @param {number} number
 * @param {Uint8Array} bytes
 */
function toField(number, bytes) {
  const length = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
}

/**
 * @typedef {object} RawOutcome
 * @property {number | undefined} status Of HTTP.
 * @property {number | undefined} grpcStatus
 * @property {string} grpcMessage
 * @property {string | undefined} limit The `err` trailer.
 * @property {Buffer} body
 * @property {number} resetCode
 *
 * One HTTP/2 request on a connection of its own.
 * @param {number} port
 * @param {string} path
 * @param {Uint8Array} body
 * @param {import("node:http2").OutgoingHttpHeaders} [headers] added, or put in the place of the usual ones
 * @param {number} [enoughBytes] The call is cancelled when that much of the answer has come.
 * @returns {Promise<RawOutcome>}
 */
export async function callRaw(port, path, body, headers = {}, enoughBytes = Infinity) {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    /** @type {import("node:http2").IncomingHttpHeaders & import("node:http2").IncomingHttpStatusHeader} */
    let received = {};
    /** @type {Buffer[]} */
    const pieces = [];
    stream.on("response", (response) => (received = { ...received, ...response }));
    stream.on("trailers", (trailers) => (received = { ...received, ...trailers }));
    let bytes = 0;
    stream.on("data", (piece) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= enoughBytes) stream.close(constants.NGHTTP2_CANCEL);
    });
    stream.on("error", () => {});
    stream.end(body);
    await new Promise((resolve, reject) => {
      stream.once("close", resolve);
      session.once("error", reject);
      setTimeout(() => reject(new Error(`No end of ${path} within ${patienceMs} ms.`)), patienceMs).unref();
    });
    const grpcStatus = received["grpc-status"];
    return {
      status: received[":status"],
      grpcStatus: grpcStatus === undefined ? undefined : Number(grpcStatus),
      grpcMessage: decodeURIComponent(String(received["grpc-message"] ?? "")),
      limit: /** @type {string | undefined} */ (received["err"]),
      body: Buffer.concat(pieces),
      resetCode: stream.rstCode,
    };
  } finally {
    session.destroy();
  }
}
