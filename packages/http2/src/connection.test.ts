// A connection as a well-behaved client sees it.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ErrorCode } from "./error-code.js";
import { CLIENT_PREFACE, FrameType, Flag, Setting } from "./frame-types.js";
import { encodeHeaders } from "./hpack/encoder.js";
import { Reply, SharedBytes } from "./stamped-frames.js";
import { RawPeer, emptySettings, rawFrame, requestBlock, setting, uint32 } from "./testing/raw-peer.js";

const ok = encodeHeaders([[":status", "200"]]);
const trailers = encodeHeaders([["grpc-status", "0"]]);
const reply = new Reply(ok, Buffer.from("hello"), trailers);

function replying(peer = new RawPeer()): RawPeer {
  peer.onRequest = (request) => {
    request.onEnd = ({ stream }) => stream.reply(reply);
  };
  return peer.handshake();
}

describe("connection preface", () => {
  it("sends SETTINGS first, with what the server limits, and opens the connection's window", () => {
    const peer = new RawPeer();
    peer.endTurn();
    const [settings, window] = peer.frames();
    assert.equal(settings?.type, FrameType.SETTINGS);
    const values = new Map<number, number>();
    for (let at = 0; at < settings.payload.length; at += 6) {
      values.set(settings.payload.readUInt16BE(at), settings.payload.readUInt32BE(at + 2));
    }
    assert.ok((values.get(Setting.MAX_CONCURRENT_STREAMS) ?? 0) >= 1000);
    assert.equal(values.get(Setting.INITIAL_WINDOW_SIZE), 1024 * 1024);
    assert.equal(window?.type, FrameType.WINDOW_UPDATE);
    assert.equal(window.streamId, 0);
  });

  it("acknowledges the client's SETTINGS", () => {
    const peer = new RawPeer();
    peer.send(CLIENT_PREFACE, emptySettings);
    const ack = peer.frames().find((frame) => frame.type === FrameType.SETTINGS && frame.flags === Flag.ACK);
    assert.ok(ack);
  });

  it("ends a connection that begins with something else", () => {
    const peer = new RawPeer();
    peer.send(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    assert.equal(peer.goawayCode(), ErrorCode.PROTOCOL_ERROR);
    assert.equal(peer.ended, true);
  });

  it("wants SETTINGS as the first frame", () => {
    const peer = new RawPeer();
    peer.send(CLIENT_PREFACE, rawFrame(FrameType.PING, 0, 0, Buffer.alloc(8)));
    assert.equal(peer.goawayCode(), ErrorCode.PROTOCOL_ERROR);
  });

  it("takes the preface byte by byte", () => {
    const peer = replying(new RawPeer());
    const bytes = Buffer.concat([
      CLIENT_PREFACE,
      emptySettings,
      rawFrame(FrameType.HEADERS, 5, 1, requestBlock("/x")),
    ]);
    const slow = new RawPeer();
    slow.onRequest = peer.onRequest;
    for (const byte of bytes) slow.send(Uint8Array.of(byte));
    assert.equal(slow.requests[0]?.stream.headers.path, "/x");
    assert.equal(slow.requests[0].closedHow, "done");
  });
});

describe("requests and replies", () => {
  it("hands over headers, body and end, and answers with headers, data and trailers", () => {
    const peer = replying();
    peer.request(1, "/a", Buffer.from("body"), [["x-y", "z"]]);
    const [request] = peer.requests;
    assert.equal(request?.stream.headers.get("x-y"), "z");
    assert.equal(Buffer.concat(request.body).toString(), "body");
    assert.equal(request.closedHow, "done");
    const [headers, data, end, ...more] = peer.frames();
    assert.ok(headers && data && end);
    assert.deepEqual(peer.fields(headers), { ":status": "200" });
    assert.equal(data.payload.toString(), "hello");
    assert.equal(data.streamId, 1);
    assert.deepEqual(peer.fields(end), { "grpc-status": "0" });
    assert.equal(end.flags & Flag.END_STREAM, Flag.END_STREAM);
    assert.equal(more.length, 0);
  });

  it("answers everything of a turn in one write", () => {
    const peer = replying();
    const before = peer.writes.length;
    peer.send(
      ...[1, 3, 5, 7].map((id) =>
        rawFrame(FrameType.HEADERS, Flag.END_HEADERS | Flag.END_STREAM, id, requestBlock()),
      ),
      rawFrame(FrameType.PING, 0, 0, Buffer.from("12345678")),
    );
    assert.equal(peer.writes.length, before + 1);
    const frames = peer.frames();
    assert.equal(frames.filter((frame) => frame.type === FrameType.DATA).length, 4);
    const pong = frames.find((frame) => frame.type === FrameType.PING);
    assert.equal(pong?.payload.toString(), "12345678");
    assert.equal(pong.flags, Flag.ACK);
  });

  it("puts header blocks together from CONTINUATION frames, and drops padding and priority", () => {
    const peer = replying();
    const block = requestBlock("/long");
    const first = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 9]), block.subarray(0, 4), Buffer.alloc(2)]);
    peer.send(
      rawFrame(FrameType.HEADERS, Flag.END_STREAM | Flag.PADDED | Flag.PRIORITY, 1, first),
      rawFrame(FrameType.CONTINUATION, 0, 1, block.subarray(4, 10)),
      rawFrame(FrameType.CONTINUATION, Flag.END_HEADERS, 1, block.subarray(10)),
    );
    assert.equal(peer.requests[0]?.stream.headers.path, "/long");
    assert.equal(peer.requests[0].closedHow, "done");
  });

  it("takes padded DATA and request trailers", () => {
    const peer = replying();
    peer.send(
      rawFrame(FrameType.HEADERS, Flag.END_HEADERS, 1, requestBlock()),
      rawFrame(FrameType.DATA, Flag.PADDED, 1, Buffer.from("\x03abc\0\0\0", "latin1")),
      rawFrame(
        FrameType.HEADERS,
        Flag.END_HEADERS | Flag.END_STREAM,
        1,
        encodeHeaders([["x-checksum", "1"]]),
      ),
    );
    assert.equal(Buffer.concat(peer.requests[0]?.body ?? []).toString(), "abc");
    assert.equal(peer.requests[0]?.closedHow, "done");
  });

  it("gives a peer that makes its header table smaller word of that, once (RFC 7541 4.2)", () => {
    const peer = new RawPeer();
    peer.onRequest = (request) => {
      request.onEnd = ({ stream }) => stream.reply(reply);
    };
    peer.handshake(setting(Setting.HEADER_TABLE_SIZE, 0));
    peer.request(1).request(3);
    const blocks = peer.frames().filter((frame) => frame.type === FrameType.HEADERS);
    assert.deepEqual(
      blocks.map((frame) => frame.payload[0] === 0x20),
      [true, false, false, false],
    );
  });

  it("stamps shared bytes with each stream's own id", () => {
    const peer = new RawPeer().handshake();
    peer.request(1).request(3).request(5);
    peer.frames();
    const shared = new SharedBytes(Buffer.from("same"));
    for (const { stream } of peer.requests) {
      stream.respond(ok);
      stream.write(shared);
    }
    peer.endTurn();
    const data = peer.frames().filter((frame) => frame.type === FrameType.DATA);
    assert.deepEqual(
      data.map((frame) => [frame.streamId, frame.payload.toString()]),
      [
        [1, "same"],
        [3, "same"],
        [5, "same"],
      ],
    );
  });

  it("asks the peer to stop when it answers before the request is complete", () => {
    const peer = new RawPeer().handshake();
    peer.onRequest = ({ stream }) => stream.reply(reply);
    peer.send(rawFrame(FrameType.HEADERS, Flag.END_HEADERS, 1, requestBlock()));
    assert.equal(peer.resetCode(1), ErrorCode.NO_ERROR);
    // What was under way is dropped without a word.
    peer.send(rawFrame(FrameType.DATA, Flag.END_STREAM, 1, Buffer.from("late")));
    assert.deepEqual(peer.frames(), []);
    assert.deepEqual(peer.requests[0]?.body, []);
  });

  it("tells the application when the peer resets a stream", () => {
    const peer = new RawPeer().handshake();
    peer.request(1);
    peer.send(rawFrame(FrameType.RST_STREAM, 0, 1, uint32(ErrorCode.CANCEL)));
    assert.equal(peer.requests[0]?.closedHow, "reset");
    peer.requests[0].stream.write(new SharedBytes(Buffer.from("x")));
    peer.endTurn();
    assert.deepEqual(peer.frames(), []);
  });

  it("answers a header list beyond the limit with 431, and keeps HPACK in step", () => {
    const peer = replying(new RawPeer({ headerListBytesMax: 400 }));
    peer.request(1, "/a", undefined, [["x-long", "v".repeat(400)]]);
    const [refusal] = peer.frames();
    assert.ok(refusal);
    assert.deepEqual(peer.fields(refusal), { ":status": "431" });
    peer.request(3, "/b");
    assert.equal(peer.requests[0]?.stream.headers.path, "/b");
  });

  it("refuses streams above the limit and serves the others", () => {
    const peer = new RawPeer({ concurrentStreamsMax: 2 }).handshake();
    peer.request(1).request(3).request(5);
    assert.equal(peer.requests.length, 2);
    assert.equal(peer.resetCode(5), ErrorCode.REFUSED_STREAM);
    peer.requests[0]?.stream.reply(reply);
    peer.request(7);
    assert.equal(peer.requests.length, 3);
  });
});

describe("an orderly end", () => {
  it("goes in two steps: announces, still serves, then refuses, then closes when the last stream is done", () => {
    const peer = new RawPeer().handshake();
    peer.request(1);
    peer.connection.announceShutdown();
    peer.endTurn();
    const [announcement] = peer.frames();
    assert.equal(announcement?.type, FrameType.GOAWAY);
    assert.equal(announcement.payload.readUInt32BE(0), 0x7fffffff);
    peer.request(3);
    assert.equal(peer.requests.length, 2);
    peer.connection.shutdown();
    peer.endTurn();
    const [final] = peer.frames();
    assert.equal(final?.payload.readUInt32BE(0), 3);
    assert.equal(final.payload.readUInt32BE(4), ErrorCode.NO_ERROR);
    peer.request(5);
    assert.equal(peer.resetCode(5), ErrorCode.REFUSED_STREAM);
    assert.equal(peer.ended, false);
    for (const { stream } of peer.requests) stream.reply(reply);
    peer.endTurn();
    assert.equal(peer.frames().filter((frame) => frame.type === FrameType.DATA).length, 2);
    assert.equal(peer.ended, true);
  });

  it("loses its streams when the transport goes", () => {
    const peer = new RawPeer().handshake();
    peer.request(1);
    peer.connection.transportClosed();
    assert.equal(peer.requests[0]?.closedHow, "lost");
  });
});
