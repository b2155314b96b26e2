// Every rule of RFC 9113 that a peer can break, and the error it must get.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ErrorCode } from "./error-code.js";
import { FrameType, Flag, Setting } from "./frame-types.js";
import { encodeHeaders } from "./hpack/encoder.js";
import { RawPeer, rawFrame, requestBlock, setting, uint32 } from "./testing/raw-peer.js";

const {
  DATA,
  HEADERS,
  PRIORITY,
  RST_STREAM,
  SETTINGS,
  PUSH_PROMISE,
  PING,
  GOAWAY,
  WINDOW_UPDATE,
  CONTINUATION,
} = FrameType;
const END = Flag.END_HEADERS | Flag.END_STREAM;
const eight = Buffer.alloc(8);
const openStream = rawFrame(HEADERS, Flag.END_HEADERS, 1, requestBlock());
const halfClosedStream = rawFrame(HEADERS, END, 1, requestBlock());

/** Each: what is sent after the handshake, and the code of the GOAWAY it must bring (RFC 9113). */
const connectionErrors: readonly (readonly [what: string, bytes: readonly Uint8Array[], code: number])[] = [
  [
    "a frame above the maximum size (4.2)",
    [rawFrame(DATA, 0, 1, Buffer.alloc(16_385))],
    ErrorCode.FRAME_SIZE_ERROR,
  ],
  ["DATA on stream 0 (6.1)", [rawFrame(DATA, 0, 0, eight)], ErrorCode.PROTOCOL_ERROR],
  ["DATA on an idle stream (5.1)", [rawFrame(DATA, 0, 1, eight)], ErrorCode.PROTOCOL_ERROR],
  [
    "DATA all padding (6.1)",
    [openStream, rawFrame(DATA, Flag.PADDED, 1, Buffer.from([9, 0]))],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "padded DATA without a pad length",
    [openStream, rawFrame(DATA, Flag.PADDED, 1)],
    ErrorCode.FRAME_SIZE_ERROR,
  ],
  ["HEADERS on stream 0 (6.2)", [rawFrame(HEADERS, END, 0, requestBlock())], ErrorCode.PROTOCOL_ERROR],
  ["HEADERS with an even id (5.1.1)", [rawFrame(HEADERS, END, 2, requestBlock())], ErrorCode.PROTOCOL_ERROR],
  [
    "stream ids that shrink (5.1.1)",
    [rawFrame(HEADERS, END, 5, requestBlock()), rawFrame(HEADERS, END, 3, requestBlock())],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "HEADERS all padding",
    [rawFrame(HEADERS, END | Flag.PADDED, 1, Buffer.from([9, 0]))],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "HEADERS too short for its priority",
    [rawFrame(HEADERS, END | Flag.PRIORITY, 1, uint32(0))],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "a block that HPACK cannot decode (4.3)",
    [rawFrame(HEADERS, END, 1, Buffer.from([0x80]))],
    ErrorCode.COMPRESSION_ERROR,
  ],
  [
    "a frame within a header block (6.10)",
    [rawFrame(HEADERS, Flag.END_STREAM, 1, requestBlock()), rawFrame(PING, 0, 0, eight)],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "an unknown frame within a header block",
    [rawFrame(HEADERS, Flag.END_STREAM, 1, requestBlock()), rawFrame(0xff, 0, 0, eight)],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "CONTINUATION of another stream (6.10)",
    [rawFrame(HEADERS, 0, 1, requestBlock()), rawFrame(CONTINUATION, Flag.END_HEADERS, 3)],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "CONTINUATION out of nowhere (6.10)",
    [rawFrame(CONTINUATION, Flag.END_HEADERS, 1)],
    ErrorCode.PROTOCOL_ERROR,
  ],
  ["PRIORITY on stream 0 (6.3)", [rawFrame(PRIORITY, 0, 0, Buffer.alloc(5))], ErrorCode.PROTOCOL_ERROR],
  ["PRIORITY of a wrong size", [rawFrame(PRIORITY, 0, 1, Buffer.alloc(4))], ErrorCode.FRAME_SIZE_ERROR],
  ["RST_STREAM on stream 0 (6.4)", [rawFrame(RST_STREAM, 0, 0, uint32(8))], ErrorCode.PROTOCOL_ERROR],
  ["RST_STREAM on an idle stream", [rawFrame(RST_STREAM, 0, 1, uint32(8))], ErrorCode.PROTOCOL_ERROR],
  ["RST_STREAM of a wrong size", [openStream, rawFrame(RST_STREAM, 0, 1, eight)], ErrorCode.FRAME_SIZE_ERROR],
  ["SETTINGS on a stream (6.5)", [rawFrame(SETTINGS, 0, 1)], ErrorCode.PROTOCOL_ERROR],
  ["SETTINGS of a wrong size", [rawFrame(SETTINGS, 0, 0, uint32(0))], ErrorCode.FRAME_SIZE_ERROR],
  [
    "a SETTINGS acknowledgement with content",
    [rawFrame(SETTINGS, 1, 0, setting(1, 1))],
    ErrorCode.FRAME_SIZE_ERROR,
  ],
  [
    "ENABLE_PUSH of 2 (6.5.2)",
    [rawFrame(SETTINGS, 0, 0, setting(Setting.ENABLE_PUSH, 2))],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "INITIAL_WINDOW_SIZE of 2^31",
    [rawFrame(SETTINGS, 0, 0, setting(Setting.INITIAL_WINDOW_SIZE, 2 ** 31))],
    ErrorCode.FLOW_CONTROL_ERROR,
  ],
  [
    "MAX_FRAME_SIZE too small",
    [rawFrame(SETTINGS, 0, 0, setting(Setting.MAX_FRAME_SIZE, 16_383))],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "MAX_FRAME_SIZE too large",
    [rawFrame(SETTINGS, 0, 0, setting(Setting.MAX_FRAME_SIZE, 1 << 24))],
    ErrorCode.PROTOCOL_ERROR,
  ],
  ["PUSH_PROMISE from a client (8.4)", [rawFrame(PUSH_PROMISE, 0, 1, uint32(2))], ErrorCode.PROTOCOL_ERROR],
  ["PING on a stream (6.7)", [rawFrame(PING, 0, 1, eight)], ErrorCode.PROTOCOL_ERROR],
  ["PING of a wrong size", [rawFrame(PING, 0, 0, uint32(0))], ErrorCode.FRAME_SIZE_ERROR],
  ["GOAWAY on a stream (6.8)", [rawFrame(GOAWAY, 0, 1, eight)], ErrorCode.PROTOCOL_ERROR],
  ["GOAWAY of a wrong size", [rawFrame(GOAWAY, 0, 0, uint32(0))], ErrorCode.FRAME_SIZE_ERROR],
  ["WINDOW_UPDATE of a wrong size (6.9)", [rawFrame(WINDOW_UPDATE, 0, 0, eight)], ErrorCode.FRAME_SIZE_ERROR],
  [
    "WINDOW_UPDATE by 0 on the connection",
    [rawFrame(WINDOW_UPDATE, 0, 0, uint32(0))],
    ErrorCode.PROTOCOL_ERROR,
  ],
  ["WINDOW_UPDATE on an idle stream", [rawFrame(WINDOW_UPDATE, 0, 1, uint32(1))], ErrorCode.PROTOCOL_ERROR],
  [
    "a connection window above 2^31-1 (6.9.1)",
    [rawFrame(WINDOW_UPDATE, 0, 0, uint32(0x7fffffff))],
    ErrorCode.FLOW_CONTROL_ERROR,
  ],
  [
    "a stream window above 2^31-1 by SETTINGS (6.9.2)",
    [
      openStream,
      rawFrame(WINDOW_UPDATE, 0, 1, uint32(0x7fffffff - 65_535)),
      rawFrame(SETTINGS, 0, 0, setting(Setting.INITIAL_WINDOW_SIZE, 65_536)),
    ],
    ErrorCode.FLOW_CONTROL_ERROR,
  ],
];

/** Each: what is sent, and the code of the RST_STREAM on stream 1; the connection lives on. */
const streamErrors: readonly (readonly [what: string, bytes: readonly Uint8Array[], code: number])[] = [
  [
    "WINDOW_UPDATE by 0 (6.9)",
    [openStream, rawFrame(WINDOW_UPDATE, 0, 1, uint32(0))],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "a window above 2^31-1 (6.9.1)",
    [openStream, rawFrame(WINDOW_UPDATE, 0, 1, uint32(0x7fffffff))],
    ErrorCode.FLOW_CONTROL_ERROR,
  ],
  ["DATA after END_STREAM (5.1)", [halfClosedStream, rawFrame(DATA, 0, 1, eight)], ErrorCode.STREAM_CLOSED],
  [
    "HEADERS after END_STREAM",
    [halfClosedStream, rawFrame(HEADERS, END, 1, requestBlock())],
    ErrorCode.STREAM_CLOSED,
  ],
  [
    "trailers without END_STREAM (8.1)",
    [openStream, rawFrame(HEADERS, 4, 1, requestBlock())],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "pseudo-headers in trailers",
    [openStream, rawFrame(HEADERS, END, 1, requestBlock())],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "a stream that depends on itself",
    [rawFrame(HEADERS, END | Flag.PRIORITY, 1, Buffer.concat([uint32(1), Buffer.from([9]), requestBlock()]))],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "less DATA than content-length (8.1.1)",
    [
      rawFrame(HEADERS, Flag.END_HEADERS, 1, requestBlock("/", [["content-length", "9"]])),
      rawFrame(DATA, Flag.END_STREAM, 1, eight),
    ],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "more DATA than content-length",
    [
      rawFrame(HEADERS, Flag.END_HEADERS, 1, requestBlock("/", [["content-length", "7"]])),
      rawFrame(DATA, Flag.END_STREAM, 1, eight),
    ],
    ErrorCode.PROTOCOL_ERROR,
  ],
  ...malformed([
    ["an upper-case name (8.2.1)", [["X-Upper", "1"]]],
    ["a connection field (8.2.2)", [["connection", "close"]]],
    ["te other than trailers", [["te", "gzip"]]],
    ["an unknown pseudo-header (8.3)", [[":odd", "1"]]],
    ["a response pseudo-header", [[":status", "200"]]],
    [
      "a pseudo-header after a field",
      [
        ["x", "1"],
        [":path", "/"],
      ],
    ],
    ["a pseudo-header twice", [[":method", "GET"]]],
    ["a line feed in a value", [["x", "a\nb"]]],
    [
      "two content-lengths",
      [
        ["content-length", "1"],
        ["content-length", "2"],
      ],
    ],
  ]),
  [
    "no :method",
    [
      rawFrame(
        HEADERS,
        END,
        1,
        encodeHeaders([
          [":scheme", "http"],
          [":path", "/"],
        ]),
      ),
    ],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "no :scheme",
    [
      rawFrame(
        HEADERS,
        END,
        1,
        encodeHeaders([
          [":method", "GET"],
          [":path", "/"],
        ]),
      ),
    ],
    ErrorCode.PROTOCOL_ERROR,
  ],
  [
    "an empty :path",
    [
      rawFrame(
        HEADERS,
        END,
        1,
        encodeHeaders([
          [":method", "GET"],
          [":scheme", "http"],
          [":path", ""],
        ]),
      ),
    ],
    ErrorCode.PROTOCOL_ERROR,
  ],
];

function malformed(
  cases: readonly (readonly [what: string, extra: readonly (readonly [string, string])[]])[],
): (readonly [string, readonly Uint8Array[], number])[] {
  return cases.map(([what, extra]) => [
    what,
    [rawFrame(HEADERS, END, 1, requestBlock("/", extra))],
    ErrorCode.PROTOCOL_ERROR,
  ]);
}

describe("a peer that breaks the rules of the connection", () => {
  for (const [what, bytes, code] of connectionErrors) {
    it(what, () => {
      const peer = new RawPeer().handshake();
      peer.send(...bytes);
      assert.equal(peer.goawayCode(), code);
      assert.equal(peer.ended, true);
      assert.ok(peer.requests.every((request) => request.closedHow === "lost"));
      // It is not heard any more.
      const requests = peer.requests.length;
      peer.request(101);
      assert.equal(peer.requests.length, requests);
    });
  }
});

describe("a peer that breaks the rules of a stream", () => {
  for (const [what, bytes, code] of streamErrors) {
    it(what, () => {
      const peer = new RawPeer().handshake();
      peer.send(...bytes);
      assert.equal(peer.resetCode(1), code);
      assert.equal(peer.ended, false);
      peer.request(3, "/next");
      assert.equal(peer.requests.at(-1)?.stream.headers.path, "/next");
    });
  }
});

describe("frames on closed streams (5.1)", () => {
  it("ends the connection for HEADERS on a stream that was completed", () => {
    const peer = new RawPeer().handshake();
    peer.request(1);
    peer.requests[0]?.stream.respond(encodeHeaders([[":status", "200"]]), true);
    peer.request(1);
    assert.equal(peer.goawayCode(), ErrorCode.STREAM_CLOSED);
  });

  it("resets DATA on a stream that the peer itself has reset", () => {
    const peer = new RawPeer().handshake();
    peer.send(openStream, rawFrame(RST_STREAM, 0, 1, uint32(ErrorCode.CANCEL)), rawFrame(DATA, 0, 1, eight));
    assert.equal(peer.resetCode(1), ErrorCode.STREAM_CLOSED);
    assert.equal(peer.ended, false);
  });

  it("ignores WINDOW_UPDATE, RST_STREAM and PRIORITY on a closed stream, and unknown frames anywhere", () => {
    const peer = new RawPeer().handshake();
    peer.request(1);
    peer.requests[0]?.stream.respond(encodeHeaders([[":status", "200"]]), true);
    peer.frames();
    peer.send(
      rawFrame(WINDOW_UPDATE, 0, 1, uint32(5)),
      rawFrame(RST_STREAM, 0, 1, uint32(8)),
      rawFrame(PRIORITY, 0, 1, Buffer.alloc(5)),
      rawFrame(0x42, 0xff, 1, Buffer.alloc(100)),
    );
    assert.deepEqual(
      peer.frames().filter((frame) => frame.type !== HEADERS),
      [],
    );
    assert.equal(peer.ended, false);
  });
});

describe("the application's own mistakes", () => {
  it("end the connection with INTERNAL_ERROR and are reported with their cause", () => {
    const peer = new RawPeer().handshake();
    peer.onRequest = () => {
      throw new Error("bug");
    };
    peer.request(1);
    assert.equal(peer.goawayCode(), ErrorCode.INTERNAL_ERROR);
    assert.equal(peer.errors[0]?.code, ErrorCode.INTERNAL_ERROR);
    assert.ok(peer.errors[0].cause instanceof Error);
  });
});
