// gRPC calls over the real HTTP/2 layer in memory: answers, errors, deadlines, cancelling, compression, and what is let go of.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { ServiceError } from "../../kernel/errors.js";
import { GrpcPeer } from "../../testing/grpc-peer.js";
import { toEnvelope } from "../envelope.js";
import type { CallContext } from "../metadata.js";
import type { ResponseStream, ServerStreamMethod, ResponseSource, UnaryMethod } from "../methods.js";

const hello = Buffer.from("hello");
const helloBody = toEnvelope(hello);
const okTrailers = { "grpc-status": "0" };
const okHeaders = { ":status": "200", "content-type": "application/grpc" };

const unary = (handle: UnaryMethod["handle"]): UnaryMethod => ({ kind: "unary", handle });
/** Answers with its request. */
const echo = unary((_, request) => Buffer.from(request));
const fails = (error: unknown): UnaryMethod =>
  unary(() => {
    throw error;
  });

function createDeferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A server-streaming method that a test leads by hand. */
class LedStream implements ResponseSource {
  responses!: ResponseStream;
  cancels = 0;
  writables = 0;
  readonly method: ServerStreamMethod = {
    kind: "server-stream",
    handle: (_, __, responses) => {
      this.responses = responses;
      return this.started ?? this;
    },
  };
  /** When set, the method begins once this has come. */
  started: Promise<ResponseSource> | undefined;

  send(text: string): void {
    this.responses.push(this.responses.encoding.toChunk(toEnvelope(Buffer.from(text))));
  }

  resume(): void {
    this.writables++;
  }

  close(): void {
    this.cancels++;
  }
}

test("a unary call is answered in the turn it came: headers, message, trailers", () => {
  const peer = new GrpcPeer({ methods: { "/s/Echo": echo } });
  const outcome = peer.call(1, "/s/Echo", helloBody);
  assert.deepEqual(outcome.headers, okHeaders);
  assert.deepEqual(outcome.messages, [hello]);
  assert.deepEqual(outcome.trailers, okTrailers);
  assert.ok(outcome.ended);
  assert.equal(outcome.resetCode, undefined);
  assert.equal(peer.clock.pendingTimers, 0);
});

test("an empty message is a message", () => {
  const peer = new GrpcPeer({ methods: { "/s/Echo": echo } });
  const outcome = peer.call(1, "/s/Echo", toEnvelope(new Uint8Array(0)));
  assert.deepEqual(outcome.messages, [Buffer.alloc(0)]);
  assert.deepEqual(outcome.trailers, okTrailers);
});

test("a method sees metadata and authority", () => {
  let seen: CallContext | undefined;
  const look = unary((context) => {
    seen = context;
    return new Uint8Array(0);
  });
  const peer = new GrpcPeer({ methods: { "/s/Look": look } });
  peer.call(1, "/s/Look", helloBody, [["authorization", "abc"]]);
  assert.equal(seen?.metadata.get("authorization"), "abc");
  assert.equal(seen.metadata.get("absent"), undefined);
  assert.equal(seen.authority, "localhost");
});

test("a body in many pieces over many turns is one message, and its memory is given back", () => {
  const peer = new GrpcPeer({ methods: { "/s/Echo": echo } });
  peer.begin(1, "/s/Echo");
  for (const byte of helloBody) {
    peer.data(1, Uint8Array.of(byte));
    peer.endTurn();
  }
  assert.ok(peer.memory.bytes > 0);
  assert.equal(peer.outcome(1).headers, undefined);
  peer.data(1, new Uint8Array(0), true);
  peer.endTurn();
  assert.deepEqual(peer.outcome(1).messages, [hello]);
  assert.equal(peer.memory.bytes, 0);
});

test("an error before any message is one block of headers that ends the stream", () => {
  const error = new ServiceError("resource_exhausted", "Größe: 100%", {
    limit: "request_size_limit_exceeded",
  });
  const peer = new GrpcPeer({ methods: { "/s/Fails": fails(error) } });
  const outcome = peer.call(1, "/s/Fails", helloBody);
  assert.equal(outcome.headerBlocks, 1);
  assert.ok(outcome.ended);
  assert.deepEqual(outcome.headers, {
    ...okHeaders,
    "grpc-status": "8",
    "grpc-message": "Gr%C3%B6%C3%9Fe: 100%25",
    err: "request_size_limit_exceeded",
  });
  assert.equal(peer.internalErrors.length, 0);
});

test("an error that is nobody's doing is reported, and tells the caller nothing", async () => {
  const peer = new GrpcPeer({
    methods: {
      "/s/Throws": fails(new Error("secret")),
      "/s/Rejects": unary(() => Promise.reject(new Error("secret"))),
    },
  });
  peer.call(1, "/s/Throws", helloBody);
  peer.call(3, "/s/Rejects", helloBody);
  await peer.ended(3);
  for (const id of [1, 3]) {
    assert.equal(peer.outcome(id).headers?.["grpc-status"], "13");
    assert.doesNotMatch(JSON.stringify(peer.outcome(id)), /secret/);
  }
  assert.equal(peer.internalErrors.length, 2);
});

test("a method that answers later is answered later", async () => {
  const { promise, resolve } = createDeferred<Uint8Array>();
  const peer = new GrpcPeer({ methods: { "/s/Slow": unary(() => promise) } });
  assert.equal(peer.call(1, "/s/Slow", helloBody).headers, undefined);
  resolve(hello);
  assert.deepEqual((await peer.ended(1)).messages, [hello]);
  assert.equal(peer.memory.bytes, 0);
});

test("an unknown method is unimplemented, whatever its body", () => {
  const peer = new GrpcPeer();
  for (const [i, body] of [helloBody, new Uint8Array(0), Buffer.from("junk that is no message")].entries()) {
    const outcome = peer.call(1 + 2 * i, "/s/Nothing", body);
    assert.equal(outcome.headers?.["grpc-status"], "12");
    assert.ok(outcome.ended);
  }
});

test("bodies that hold no message, part of one, or two, are the caller's error", () => {
  const peer = new GrpcPeer({ methods: { "/s/Echo": echo } });
  const bodies = [
    Buffer.alloc(0),
    helloBody.subarray(0, 3),
    helloBody.subarray(0, 8),
    Buffer.concat([helloBody, helloBody]),
  ];
  for (const [i, body] of bodies.entries()) {
    const outcome = peer.call(1 + 2 * i, "/s/Echo", body);
    assert.equal(outcome.headers?.["grpc-status"], "3", `body ${i}`);
  }
  assert.equal(peer.memory.bytes, 0);
  assert.deepEqual(peer.call(99, "/s/Echo", helloBody).messages, [hello]);
});

test("an oversized message is refused before it has come, and the rest of it is dropped", () => {
  const peer = new GrpcPeer({ methods: { "/s/Echo": echo }, messageBytesMax: 100 });
  peer.begin(1, "/s/Echo");
  peer.data(1, toEnvelope(Buffer.alloc(101)).subarray(0, 10));
  peer.endTurn();
  const outcome = peer.outcome(1);
  assert.equal(outcome.headers?.["grpc-status"], "8");
  assert.equal(outcome.headers["err"], "request_size_limit_exceeded");
  // The peer is told that the rest is of no use, without an error (RFC 9113 8.1).
  assert.equal(outcome.resetCode, 0);
  peer.data(1, Buffer.alloc(96), true);
  peer.endTurn();
  assert.equal(peer.memory.bytes, 0);
  assert.deepEqual(peer.call(3, "/s/Echo", helloBody).messages, [hello]);
});

test("when the memory for unfinished requests is used up, whoever adds to it is refused, and the others go on", () => {
  const peer = new GrpcPeer({ methods: { "/s/Echo": echo }, requestBytesTotalMax: 60 });
  for (const id of [1, 3]) {
    peer.begin(id, "/s/Echo");
    peer.data(id, toEnvelope(Buffer.alloc(50)).subarray(0, 40));
    peer.endTurn();
  }
  assert.equal(peer.outcome(1).headers, undefined);
  assert.equal(peer.outcome(3).headers?.["grpc-status"], "8");
  peer.reset(1);
  assert.equal(peer.memory.bytes, 0);
  assert.deepEqual(peer.call(5, "/s/Echo", helloBody).messages, [hello]);
});

test("gzip: a compressed request is understood; a broken one, a bomb, and another encoding are refused", async () => {
  const peer = new GrpcPeer({ methods: { "/s/Echo": echo }, messageBytesMax: 1000 });
  const compressed = (message: Uint8Array): Buffer => {
    const body = toEnvelope(message);
    body[0] = 1;
    return body;
  };
  const gzip = [["grpc-encoding", "gzip"]] as const;
  peer.call(1, "/s/Echo", compressed(gzipSync(hello)), gzip);
  peer.call(3, "/s/Echo", compressed(Buffer.from("no gzip")), gzip);
  peer.call(5, "/s/Echo", compressed(gzipSync(Buffer.alloc(1001))), gzip);
  peer.call(7, "/s/Echo", compressed(hello), [["grpc-encoding", "br"]]);
  peer.call(9, "/s/Echo", compressed(hello));
  for (const id of [1, 3, 5, 7, 9]) await peer.ended(id);
  assert.deepEqual(peer.outcome(1).messages, [hello]);
  assert.equal(peer.outcome(3).headers?.["grpc-status"], "3");
  assert.equal(peer.outcome(5).headers?.["grpc-status"], "8");
  for (const id of [7, 9]) {
    assert.equal(peer.outcome(id).headers?.["grpc-status"], "12");
    assert.equal(peer.outcome(id).headers?.["grpc-accept-encoding"], "identity,gzip");
  }
  assert.equal(peer.memory.bytes, 0);
});

test("deadline: a method that has not answered by then is answered for, and its late answer is dropped", async () => {
  const { promise, resolve } = createDeferred<Uint8Array>();
  const peer = new GrpcPeer({ methods: { "/s/Slow": unary(() => promise) } });
  peer.call(1, "/s/Slow", helloBody, [["grpc-timeout", "100m"]]);
  peer.clock.advance(99);
  peer.endTurn();
  assert.equal(peer.outcome(1).headers, undefined);
  peer.clock.advance(1);
  peer.endTurn();
  assert.equal(peer.outcome(1).headers?.["grpc-status"], "4");
  resolve(hello);
  await peer.settle();
  assert.deepEqual(peer.outcome(1).messages, []);
  assert.equal(peer.outcome(1).headerBlocks, 1);
  assert.equal(peer.memory.bytes, 0);
});

test("deadline: holds for a request that does not come to its end, too", () => {
  const peer = new GrpcPeer({ methods: { "/s/Echo": echo } });
  peer.begin(1, "/s/Echo", [["grpc-timeout", "1S"]]);
  peer.data(1, helloBody.subarray(0, 7));
  peer.endTurn();
  assert.ok(peer.memory.bytes > 0);
  peer.clock.advance(1000);
  peer.endTurn();
  assert.equal(peer.outcome(1).headers?.["grpc-status"], "4");
  assert.equal(peer.memory.bytes, 0);
});

test("deadline: a timer does not outlive its call", async () => {
  const { promise, resolve } = createDeferred<Uint8Array>();
  const peer = new GrpcPeer({ methods: { "/s/Slow": unary(() => promise) } });
  peer.call(1, "/s/Slow", helloBody, [["grpc-timeout", "1S"]]);
  assert.equal(peer.clock.pendingTimers, 1);
  resolve(hello);
  await peer.ended(1);
  assert.equal(peer.clock.pendingTimers, 0);
});

test("deadline: what is no timeout is the caller's error", () => {
  const { promise } = createDeferred<Uint8Array>();
  const peer = new GrpcPeer({ methods: { "/s/Slow": unary(() => promise) } });
  const outcome = peer.call(1, "/s/Slow", helloBody, [["grpc-timeout", "soon"]]);
  assert.equal(outcome.headers?.["grpc-status"], "3");
});

test("deadline: a stream that has begun is not cut by it", () => {
  const stream = new LedStream();
  const peer = new GrpcPeer({ methods: { "/s/Stream": stream.method } });
  peer.call(1, "/s/Stream", helloBody, [["grpc-timeout", "1S"]]);
  stream.send("first");
  peer.endTurn();
  peer.clock.advance(5000);
  stream.send("second");
  peer.endTurn();
  assert.deepEqual(peer.outcome(1).messages.map(String), ["first", "second"]);
  assert.ok(!peer.outcome(1).ended);
  assert.equal(stream.cancels, 0);
});

test("deadline: a stream that has not begun by then ends, and its method is told", () => {
  const stream = new LedStream();
  const peer = new GrpcPeer({ methods: { "/s/Stream": stream.method } });
  peer.call(1, "/s/Stream", helloBody, [["grpc-timeout", "1S"]]);
  peer.clock.advance(1000);
  peer.endTurn();
  assert.equal(peer.outcome(1).headers?.["grpc-status"], "4");
  assert.equal(stream.cancels, 1);
  stream.send("late");
  peer.endTurn();
  assert.deepEqual(peer.outcome(1).messages, []);
});

test("deadline: a stream whose method begins only after it is told as soon as it begins", async () => {
  const { promise, resolve } = createDeferred<ResponseSource>();
  const stream = new LedStream();
  stream.started = promise;
  const peer = new GrpcPeer({ methods: { "/s/Stream": stream.method } });
  peer.call(1, "/s/Stream", helloBody, [["grpc-timeout", "1S"]]);
  peer.clock.advance(1000);
  peer.endTurn();
  assert.equal(stream.cancels, 0);
  resolve(stream);
  await peer.settle();
  assert.equal(stream.cancels, 1);
});

test("a stream sends its messages, and ends with OK or with an error in its trailers", () => {
  const [well, badly] = [new LedStream(), new LedStream()];
  const peer = new GrpcPeer({ methods: { "/s/Well": well.method, "/s/Badly": badly.method } });
  peer.call(1, "/s/Well", helloBody);
  peer.call(3, "/s/Badly", helloBody);
  for (const stream of [well, badly]) {
    assert.ok(stream.responses.ready);
    stream.send("a");
    stream.send("b");
  }
  well.responses.end();
  badly.responses.end(new ServiceError("unavailable", "Go elsewhere."));
  well.send("late");
  well.responses.end(new ServiceError("internal", "late"));
  peer.endTurn();
  assert.deepEqual(peer.outcome(1).messages.map(String), ["a", "b"]);
  assert.deepEqual(peer.outcome(1).trailers, okTrailers);
  assert.deepEqual(peer.outcome(3).headers, okHeaders);
  assert.deepEqual(peer.outcome(3).trailers, { "grpc-status": "14", "grpc-message": "Go elsewhere." });
  assert.equal(well.cancels + badly.cancels, 0);
});

test("a stream without messages ends with OK after its headers, and with an error in place of them", () => {
  const [well, badly] = [new LedStream(), new LedStream()];
  const peer = new GrpcPeer({ methods: { "/s/Well": well.method, "/s/Badly": badly.method } });
  peer.call(1, "/s/Well", helloBody);
  peer.call(3, "/s/Badly", helloBody);
  well.responses.end();
  badly.responses.end(new ServiceError("not_found", "No."));
  peer.endTurn();
  assert.deepEqual(peer.outcome(1).headers, okHeaders);
  assert.deepEqual(peer.outcome(1).trailers, okTrailers);
  assert.equal(peer.outcome(3).headerBlocks, 1);
  assert.equal(peer.outcome(3).headers?.["grpc-status"], "5");
});

test("a caller that resets its stream is gone: the method is told once, and nothing more is sent", () => {
  const stream = new LedStream();
  const peer = new GrpcPeer({ methods: { "/s/Stream": stream.method } });
  peer.call(1, "/s/Stream", helloBody);
  stream.send("first");
  peer.endTurn();
  peer.reset(1);
  assert.equal(stream.cancels, 1);
  stream.send("late");
  stream.responses.end();
  peer.endTurn();
  peer.connection.transportClosed();
  assert.equal(stream.cancels, 1);
  assert.deepEqual(peer.outcome(1).messages.map(String), ["first"]);
  assert.ok(!peer.outcome(1).ended);
});

test("a lost connection cancels each of its streams", () => {
  const [one, two] = [new LedStream(), new LedStream()];
  const peer = new GrpcPeer({ methods: { "/s/One": one.method, "/s/Two": two.method } });
  peer.call(1, "/s/One", helloBody);
  peer.call(3, "/s/Two", helloBody);
  peer.begin(5, "/s/One");
  peer.data(5, helloBody.subarray(0, 7));
  peer.endTurn();
  peer.connection.transportClosed();
  assert.deepEqual([one.cancels, two.cancels], [1, 1]);
  assert.equal(peer.memory.bytes, 0);
});

test("a caller that is gone before the method has begun: the method is told as soon as it begins", async () => {
  const { promise, resolve } = createDeferred<ResponseSource>();
  const stream = new LedStream();
  stream.started = promise;
  const peer = new GrpcPeer({ methods: { "/s/Stream": stream.method } });
  peer.call(1, "/s/Stream", helloBody);
  peer.reset(1);
  assert.equal(stream.cancels, 0);
  resolve(stream);
  await peer.settle();
  assert.equal(stream.cancels, 1);
});

test("a late answer to a cancelled unary call is dropped", async () => {
  const { promise, resolve } = createDeferred<Uint8Array>();
  const peer = new GrpcPeer({ methods: { "/s/Slow": unary(() => promise), "/s/Echo": echo } });
  peer.call(1, "/s/Slow", helloBody);
  peer.reset(1);
  resolve(hello);
  await peer.settle();
  assert.equal(peer.outcome(1).headers, undefined);
  assert.deepEqual(peer.call(3, "/s/Echo", helloBody).messages, [hello]);
});

test("a compressed request whose caller is gone is not run", async () => {
  let runs = 0;
  const count = unary(() => {
    runs++;
    return new Uint8Array(0);
  });
  const peer = new GrpcPeer({ methods: { "/s/Count": count } });
  const body = toEnvelope(gzipSync(hello));
  body[0] = 1;
  const gzip = [["grpc-encoding", "gzip"]] as const;
  peer.call(1, "/s/Count", body, gzip);
  peer.reset(1);
  peer.call(3, "/s/Count", body, gzip);
  await peer.ended(3);
  assert.equal(runs, 1);
  assert.equal(peer.memory.bytes, 0);
});
