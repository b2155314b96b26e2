// Each kind of abuse is told under its own name, with the code that its GOAWAY or RST_STREAM carries.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CONNECTION_FAULTS, type ConnectionFault, STREAM_FAULTS, type StreamFault } from "./fault.js";
import { CLIENT_PREFACE, Flag, FrameType } from "./frame-types.js";
import type { Http2Limits } from "./limits.js";
import { RawPeer, rawFrame, requestBlock } from "./testing/raw-peer.js";

const { DATA, HEADERS, PRIORITY, RST_STREAM, PING, WINDOW_UPDATE, CONTINUATION } = FrameType;
const { END_HEADERS, END_STREAM } = Flag;

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function openRequest(
  peer: RawPeer,
  streamId: number,
  extra: readonly (readonly [string, string])[] = [],
): void {
  peer.send(rawFrame(HEADERS, END_HEADERS, streamId, requestBlock("/", extra)));
}

interface Case<Fault> {
  readonly fault: Fault;
  readonly limits?: Partial<Http2Limits>;
  readonly abuse: (peer: RawPeer) => void;
}

const connectionCases: readonly Case<ConnectionFault>[] = [
  { fault: "protocol", abuse: (peer) => peer.send(rawFrame(DATA, 0, 2)) },
  { fault: "frame_size", abuse: (peer) => peer.send(rawFrame(PING, 0, 0, Buffer.alloc(7))) },
  {
    fault: "flow_control",
    abuse: (peer) => peer.send(...twice(rawFrame(WINDOW_UPDATE, 0, 0, uint32(2 ** 31 - 1)))),
  },
  {
    fault: "compression",
    abuse: (peer) => peer.send(rawFrame(HEADERS, END_HEADERS, 1, Buffer.from([0x80]))),
  },
  {
    fault: "stream_closed",
    abuse: (peer) => {
      openRequest(peer, 1);
      peer.send(rawFrame(RST_STREAM, 0, 1, uint32(8)));
      openRequest(peer, 1);
    },
  },
  {
    fault: "header_block_too_large",
    abuse(peer) {
      peer.send(rawFrame(HEADERS, 0, 1, Buffer.alloc(16_000)));
      peer.send(...twice(rawFrame(CONTINUATION, 0, 1, Buffer.alloc(16_000))));
    },
  },
  {
    fault: "header_block_timeout",
    abuse: (peer) => peer.send(rawFrame(HEADERS, 0, 1, requestBlock("/"))).seconds(11),
  },
  {
    fault: "too_many_resets",
    limits: { resetsBurstMax: 3, resetsPerSecondMax: 0 },
    abuse(peer) {
      for (let id = 1; id < 11; id += 2) {
        openRequest(peer, id);
        peer.send(rawFrame(RST_STREAM, 0, id, uint32(8)));
      }
    },
  },
  {
    fault: "too_many_pings_or_settings",
    limits: { answersBurstMax: 3, answersPerSecondMax: 0 },
    abuse: (peer) => peer.send(...twice(...twice(rawFrame(PING, 0, 0, Buffer.alloc(8))))),
  },
  {
    fault: "too_many_empty_frames",
    limits: { idleFramesBurstMax: 3, idleFramesPerSecondMax: 0 },
    abuse: (peer) => peer.send(...twice(...twice(rawFrame(0x42, 0, 0)))),
  },
  {
    fault: "stalled",
    abuse(peer) {
      peer.takes = false;
      peer.send(rawFrame(PING, 0, 0, Buffer.alloc(8))).seconds(62);
    },
  },
  {
    fault: "close_timeout",
    abuse: (peer) => {
      peer.connection.shutdown();
      peer.seconds(7);
    },
  },
];

function twice(...frames: readonly Buffer[]): Buffer[] {
  return [...frames, ...frames];
}

describe("a connection's fault", () => {
  for (const { fault, limits, abuse } of connectionCases) {
    test(fault, () => {
      const peer = new RawPeer(limits).handshake();
      abuse(peer);
      assert.deepEqual(
        peer.errors.map((error) => error.fault),
        [fault],
      );
      if (fault !== "stalled" && fault !== "close_timeout")
        assert.equal(peer.goawayCode(), CONNECTION_FAULTS[fault]);
    });
  }

  test("preface", () => {
    const peer = new RawPeer();
    peer.send(Buffer.from("PRI * HTTP/3"));
    assert.equal(peer.errors[0]?.fault, "preface");
  });

  test("preface_timeout", () => {
    const peer = new RawPeer();
    peer.send(CLIENT_PREFACE.subarray(0, 5)).seconds(11);
    assert.equal(peer.errors[0]?.fault, "preface_timeout");
  });
});

const streamCases: readonly Case<StreamFault>[] = [
  {
    fault: "refused_stream",
    limits: { concurrentStreamsMax: 1 },
    abuse: (peer) => {
      openRequest(peer, 3);
      openRequest(peer, 5);
    },
  },
  {
    fault: "header_list_too_large",
    abuse: (peer) =>
      openRequest(peer, 5, [
        ["x", "y".repeat(16_000)],
        ["z", "y".repeat(400)],
      ]),
  },
  { fault: "malformed", abuse: (peer) => openRequest(peer, 5, [["connection", "close"]]) },
  {
    fault: "content_length",
    abuse(peer) {
      openRequest(peer, 5, [["content-length", "3"]]);
      peer.send(rawFrame(DATA, END_STREAM, 5, Buffer.from("ab")));
    },
  },
  {
    fault: "protocol",
    abuse: (peer) => {
      openRequest(peer, 5);
      peer.send(rawFrame(PRIORITY, 0, 5, Buffer.from([0, 0, 0, 5, 0])));
    },
  },
  {
    fault: "stream_closed",
    abuse(peer) {
      peer.request(5);
      peer.send(rawFrame(DATA, 0, 5, Buffer.from("ab")));
    },
  },
  {
    fault: "flow_control",
    limits: { streamWindowBytes: 100 },
    abuse(peer) {
      openRequest(peer, 5);
      peer.send(rawFrame(DATA, 0, 5, Buffer.alloc(101)));
    },
  },
  {
    fault: "request_timeout",
    abuse: (peer) => {
      openRequest(peer, 5);
      peer.seconds(62);
    },
  },
  {
    fault: "stalled",
    abuse(peer) {
      peer.send(rawFrame(FrameType.SETTINGS, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0])));
      peer.request(5);
      peer.requests[0]?.stream.write(Buffer.from("nobody takes this"));
      peer.seconds(62);
    },
  },
];

describe("a stream's fault", () => {
  for (const { fault, limits, abuse } of streamCases) {
    test(fault, () => {
      const peer = new RawPeer(limits).handshake();
      abuse(peer);
      assert.deepEqual(peer.streamErrors, [fault]);
      assert.deepEqual(peer.errors, []);
      if (fault !== "header_list_too_large") assert.equal(peer.resetCode(5), STREAM_FAULTS[fault]);
    });
  }
});
