// A socket: what the application hears and sends, how it is written, and how it ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { binaryMessage, joinMessages, textMessage } from "./out-message.js";
import { clientFrame, closePayload, deflatedFrame, tell, textFrame } from "./testing/client-frames.js";
import { MemoryPeer } from "./testing/memory-peer.js";

test("one message of a turn is written as it is, for every socket the same bytes; several are one write", () => {
  const peers = [new MemoryPeer(), new MemoryPeer()];
  const message = textMessage("shared");
  for (const peer of peers) {
    peer.channel.send(message);
    assert.deepEqual(peer.writes, [], "before the turn ends");
    peer.endTurn();
    assert.equal(peer.writes.length, 1);
    assert.equal(peer.writes[0], message.frames);
    peer.channel.send(message);
    peer.channel.send(textMessage("b"));
    peer.channel.send(binaryMessage([Buffer.from("c"), Buffer.from("d")]));
    peer.endTurn();
    assert.equal(peer.writes.length, 2);
    assert.deepEqual(peer.told(), ["text:shared", "text:shared", "text:b", "binary:cd"]);
  }
});

test("the head goes before everything, in the same write", () => {
  const peer = new MemoryPeer({ head: Buffer.from("\x81\x01h", "latin1") });
  peer.channel.send(textMessage("a"));
  peer.endTurn();
  assert.deepEqual(peer.told(), ["text:h", "text:a"]);
  assert.equal(peer.writes.length, 1);
});

test("messages of every length are framed in the shortest way", () => {
  for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 70_000]) {
    const peer = new MemoryPeer();
    peer.channel.send(joinMessages([textMessage("é".repeat(length)), binaryMessage([Buffer.alloc(length)])]));
    peer.endTurn();
    const [text, binary] = peer.frames();
    assert.equal(text?.payload.toString(), "é".repeat(length));
    assert.equal(binary?.payload.length, length);
    const headerBytes = (bytes: number) => bytes + (bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10);
    assert.equal(peer.writes[0]?.length, headerBytes(2 * length) + headerBytes(length));
  }
});

test("while the sink keeps bytes nothing is written, the socket is not ready, and then it is told", () => {
  const peer = new MemoryPeer();
  peer.takes = false;
  peer.channel.send(textMessage("a"));
  assert.equal(peer.channel.ready, true);
  peer.endTurn();
  assert.equal(peer.channel.ready, false);
  peer.channel.send(textMessage("b"));
  peer.channel.send(textMessage("c"));
  peer.endTurn();
  assert.equal(peer.writes.length, 1);
  assert.equal(peer.server.outboxBudget.bytes, 9);
  peer.drain();
  assert.deepEqual(peer.told(), ["text:a", "text:b", "text:c"]);
  assert.deepEqual(peer.heard, ["drained"]);
  assert.equal(peer.channel.ready, true);
  assert.equal(peer.server.outboxBudget.bytes, 0);
});

test("of many PINGs in a turn, or while nothing can be written, the last is answered", () => {
  const peer = new MemoryPeer();
  peer.send(...Array.from({ length: 100 }, (_, i) => clientFrame(9, `${i}`)));
  assert.deepEqual(peer.told(), ["pong:99"]);
  peer.takes = false;
  peer.channel.send(textMessage("a"));
  peer.endTurn();
  for (let i = 0; i < 100; i++) peer.send(clientFrame(9, `${i}`));
  assert.equal(peer.writes.length, 2);
  peer.drain();
  assert.deepEqual(peer.told(), ["text:a", "pong:99"]);
});

test("requests with large answers are heard one share at a time, and none is lost", () => {
  const peer = new MemoryPeer({ limits: { outboxBytesMax: 1000 } });
  peer.onMessage = (text) => peer.channel.send(textMessage(text + "x".repeat(400)));
  peer.takes = false;
  const requests = Array.from({ length: 50 }, (_, i) => textFrame(`${i}:`));
  peer.send(...requests);
  assert.equal(peer.heard.length, 3, "as many as fill the room");
  assert.equal(peer.paused, true);
  peer.receive(textFrame("behind:"));
  for (let i = 0; i < 20; i++) {
    peer.connection.drained();
    peer.endTurn();
    assert.ok(peer.server.outboxBudget.bytes < 1500);
  }
  assert.equal(peer.paused, false);
  const numbers = peer.told().map((told) => told.slice(5, told.indexOf(":", 5)));
  assert.deepEqual(numbers, [...Array.from({ length: 50 }, (_, i) => `${i}`), "behind"]);
});

test("an application that sends without end to a peer that does not read loses the socket, told by 1008", () => {
  const peer = new MemoryPeer({ limits: { outboxBytesMax: 1000, waitingBytesMax: 3000 } });
  peer.takes = false;
  for (let i = 0; i < 5; i++) {
    peer.channel.send(textMessage("x".repeat(900)));
    peer.endTurn();
  }
  assert.deepEqual(peer.faults, ["too_much_waiting"]);
  assert.deepEqual(peer.heard, ["closed"]);
  assert.ok(peer.server.outboxBudget.bytes < 1100);
  peer.drain();
  assert.deepEqual(peer.told(), [`text:${"x".repeat(900)}`, "close:1008 Too many answers wait."]);
  assert.equal(peer.ended, true);
});

test("a pause is exact, in the middle of what was read; the rest comes after it in order", () => {
  const peer = new MemoryPeer();
  peer.onMessage = () => peer.channel.pause();
  peer.send(textFrame("a"), textFrame("b"), textFrame("c"));
  assert.equal(peer.paused, true);
  peer.send(textFrame("d"));
  assert.deepEqual(peer.heard, ["text:a"]);
  peer.channel.resume();
  assert.deepEqual(peer.heard, ["text:a", "text:b"]);
  assert.equal(peer.paused, true);
  peer.onMessage = undefined;
  peer.channel.resume();
  assert.deepEqual(peer.heard, ["text:a", "text:b", "text:c", "text:d"]);
  assert.equal(peer.paused, false);
});

test("pause and resume inside of one message change nothing", () => {
  const peer = new MemoryPeer();
  peer.onMessage = () => {
    peer.channel.pause();
    peer.channel.resume();
  };
  peer.send(textFrame("a"), textFrame("b"));
  assert.deepEqual(peer.heard, ["text:a", "text:b"]);
});

test("text must be UTF-8 as a whole, in fragments that cut characters too", () => {
  const bytes = Buffer.from("κόσμε");
  const good = new MemoryPeer();
  for (let i = 0; i < bytes.length; i++)
    good.send(clientFrame(i === 0 ? 1 : 0, bytes.subarray(i, i + 1), { fin: i === bytes.length - 1 }));
  assert.deepEqual(good.heard, ["text:κόσμε"]);
  for (const hex of ["c080", "eda080", "f4908080", "ff", "ce", "61ce"]) {
    const bad = new MemoryPeer();
    bad.send(clientFrame(1, Buffer.from(hex, "hex")));
    assert.deepEqual(bad.faults, ["bad_text"], hex);
    assert.deepEqual(bad.told(), ["close:1007 Text that is not UTF-8."]);
  }
});

test("the peer's Close is answered with its code, after what was sent, and nothing is heard behind it", () => {
  for (const [payload, answer] of [
    [closePayload(1000, "bye"), "close:1000 "],
    [closePayload(4999), "close:4999 "],
    [closePayload(1012), "close:1012 "],
    [Buffer.alloc(0), "close"],
  ] as const) {
    const peer = new MemoryPeer();
    peer.onMessage = () => peer.channel.send(textMessage("answer"));
    peer.send(
      textFrame("q"),
      clientFrame(9, "p"),
      clientFrame(8, payload),
      textFrame("late"),
      clientFrame(9),
    );
    assert.deepEqual(peer.told(), ["text:answer", "pong:p", answer]);
    assert.deepEqual(peer.heard, ["text:q", "closed"]);
    assert.equal(peer.ended, true);
    peer.connection.transportClosed();
    peer.channel.send(textMessage("x"));
    peer.channel.close(1000, "");
    peer.endTurn();
    assert.deepEqual(peer.told(), []);
  }
});

test("bad Close frames are told so", () => {
  const codes = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];
  for (const payload of [...codes.map((code) => closePayload(code)), Buffer.from("x")]) {
    const peer = new MemoryPeer();
    peer.send(clientFrame(8, payload));
    assert.match(peer.told().join(), /^close:1002 A Close frame with /);
    assert.deepEqual(peer.faults, ["protocol"]);
  }
  const peer = new MemoryPeer();
  peer.send(clientFrame(8, closePayload(1000, Buffer.from([0xc3]))));
  assert.match(peer.told().join(), /^close:1007 /);
});

test("our Close: the reason is cut between characters, messages are heard no more, and the peer's answer ends it", () => {
  const peer = new MemoryPeer();
  peer.channel.send(textMessage("before"));
  peer.channel.close(4001, "ä".repeat(100));
  peer.channel.send(textMessage("after"));
  peer.endTurn();
  assert.deepEqual(peer.told(), ["text:before", `close:4001 ${"ä".repeat(61)}`]);
  peer.send(textFrame("late"), clientFrame(9, "p"));
  assert.deepEqual([peer.heard, peer.told(), peer.ended], [[], [], false]);
  peer.send(clientFrame(8, closePayload(4001)));
  assert.deepEqual(peer.heard, ["closed"]);
  assert.equal(peer.ended, true);
  assert.deepEqual(peer.faults, []);
});

test("a close while the application is busy finds the peer's Close behind what was not heard", () => {
  const peer = new MemoryPeer();
  peer.onMessage = () => peer.channel.pause();
  peer.send(textFrame("a"), textFrame("b"), clientFrame(8, closePayload(1000)));
  peer.channel.close(1001, "");
  peer.endTurn();
  assert.deepEqual(peer.heard, ["text:a", "closed"]);
  assert.deepEqual(peer.told(), ["close:1001 "]);
  assert.equal(peer.ended, true);
});

test("a peer that does not answer our Close, or does not close its transport, is cut after a while", () => {
  const silent = new MemoryPeer();
  silent.connection.shutdown();
  silent.endTurn();
  silent.seconds(5);
  assert.equal(silent.destroyed, false);
  silent.seconds(1);
  assert.equal(silent.destroyed, true);
  const lingering = new MemoryPeer();
  lingering.send(clientFrame(8));
  lingering.seconds(6);
  assert.deepEqual([lingering.destroyed, lingering.faults], [true, ["close_timeout"]]);
  assert.deepEqual(lingering.heard, ["closed"]);
});

test("the first message must come in time; PINGs are none", () => {
  const peer = new MemoryPeer();
  for (let i = 0; i < 10; i++) {
    peer.send(clientFrame(9));
    peer.seconds(1);
  }
  assert.deepEqual(peer.faults, []);
  peer.seconds(1);
  assert.deepEqual(peer.faults, ["first_message_timeout"]);
  assert.match(peer.told().at(-1) ?? "", /^close:1008 /);
});

test("who is silent is asked once, and closed when it stays silent", () => {
  const peer = new MemoryPeer();
  peer.send(textFrame("a"));
  peer.seconds(31);
  assert.deepEqual(peer.told(), []);
  peer.seconds(1);
  assert.deepEqual(peer.told(), ["ping:"]);
  peer.send(clientFrame(10));
  peer.seconds(32);
  assert.deepEqual(peer.told(), ["ping:"]);
  peer.seconds(29);
  assert.deepEqual(peer.faults, []);
  peer.seconds(1);
  assert.deepEqual(peer.faults, ["silence"]);
  assert.deepEqual(peer.told(), ["close:1008 Nothing has come for too long."]);
});

test("a message that comes by drops is not waited for, whatever PINGs come between", () => {
  const peer = new MemoryPeer();
  peer.send(textFrame("a"), clientFrame(1, "x", { fin: false }));
  for (let i = 0; i < 60; i++) {
    peer.send(clientFrame(0, "x", { fin: false }), clientFrame(9));
    peer.seconds(1);
  }
  assert.deepEqual(peer.faults, []);
  peer.seconds(1);
  assert.deepEqual(peer.faults, ["message_timeout"]);
});

test("who is always inside of a message, but of another one, is served", () => {
  const peer = new MemoryPeer();
  const frame = textFrame("abc");
  peer.send(frame, frame.subarray(0, 3));
  for (let i = 0; i < 200; i++) {
    peer.send(frame.subarray(3), frame.subarray(0, 3));
    peer.seconds(1);
  }
  assert.deepEqual(peer.faults, []);
});

test("a peer that takes no bytes for too long is cut, though it sends PINGs", () => {
  const peer = new MemoryPeer();
  peer.send(textFrame("a"));
  peer.takes = false;
  peer.channel.send(textMessage("b"));
  peer.endTurn();
  for (let i = 0; i < 61; i++) {
    peer.send(clientFrame(9));
    peer.seconds(1);
  }
  assert.deepEqual([peer.destroyed, peer.faults], [true, ["stalled"]]);
  assert.deepEqual(peer.heard, ["text:a", "closed"]);
  assert.equal(peer.server.outboxBudget.bytes, 0);
});

test("an application may be busy for as long as it likes", () => {
  const peer = new MemoryPeer();
  peer.onMessage = () => peer.channel.pause();
  peer.send(textFrame("a"));
  peer.seconds(600);
  assert.deepEqual(peer.faults, []);
});

test("so many frames in a second, and what a message inflates to counts", () => {
  const limits = { framesPerSecondMax: 10, inflatedFrameBytes: 1000 };
  const peer = new MemoryPeer({ limits });
  const ten = Array.from({ length: 10 }, () => textFrame("a"));
  peer.send(...ten);
  peer.seconds(1);
  peer.send(...ten);
  assert.deepEqual(peer.faults, []);
  peer.send(clientFrame(10));
  assert.deepEqual(peer.faults, ["too_many_frames"]);
  const inflating = new MemoryPeer({ limits, deflate: true });
  inflating.send(deflatedFrame(1, "x".repeat(9500)));
  assert.deepEqual(inflating.faults, []);
  inflating.send(deflatedFrame(1, "x".repeat(9500)));
  assert.deepEqual(inflating.faults, ["too_many_frames"]);
});

test("a message that all unfinished ones leave no room for ends its socket with 1013", () => {
  const peer = new MemoryPeer({ memory: { take: () => false, give: () => undefined } });
  peer.send(textFrame("whole messages need none"));
  peer.send(textFrame("abc").subarray(0, 7));
  assert.deepEqual(peer.faults, ["no_memory"]);
  assert.match(peer.told().join(), /^close:1013 /);
});

test("a transport that goes away is told once, whatever was under way", () => {
  const peer = new MemoryPeer();
  peer.takes = false;
  peer.channel.send(textMessage("a"));
  peer.endTurn();
  peer.channel.close(1000, "");
  peer.connection.transportClosed();
  peer.connection.transportClosed();
  peer.connection.drained();
  peer.receive(textFrame("x"));
  peer.seconds(100);
  assert.deepEqual(peer.heard, ["closed"]);
  assert.equal(peer.server.outboxBudget.bytes, 0);
});

test("an application that throws loses its socket with 1011, and the cause is told", () => {
  const peer = new MemoryPeer();
  const cause = new Error("a bug");
  peer.onMessage = () => {
    throw cause;
  };
  peer.send(textFrame("a"));
  assert.deepEqual([peer.faults, peer.causes], [["internal"], [cause]]);
  assert.deepEqual(peer.told(), ["close:1011 Internal error."]);
});

test("what is compressed is made once for all, and only where it pays", () => {
  const peers = [new MemoryPeer({ deflate: true }), new MemoryPeer({ deflate: true }), new MemoryPeer()];
  const long = JSON.stringify(Array.from({ length: 300 }, (_, i) => ({ number: i })));
  const message = joinMessages([textMessage(long), textMessage("short")]);
  for (const peer of peers) {
    peer.channel.send(message);
    peer.endTurn();
  }
  assert.equal(peers[0]?.writes[0], peers[1]?.writes[0]);
  const frames = peers[0]?.frames() ?? [];
  assert.deepEqual(
    frames.map(({ reserved }) => reserved),
    [0x40, 0],
  );
  assert.deepEqual(frames.map(tell), [`text:${long}`, "text:short"]);
  assert.equal(peers[2]?.writes[0], message.frames);
  assert.ok((peers[0]?.writes[0]?.length ?? Infinity) < long.length / 3);
  const single = textMessage("too short to pay");
  peers[0]?.channel.send(single);
  peers[0]?.endTurn();
  assert.equal(peers[0]?.writes[1], single.frames);
});

test("compressed messages are taken in fragments too; bombs and rubbish are not", () => {
  const peer = new MemoryPeer({ deflate: true, limits: { messageBytesMax: 10_000 } });
  const frame = deflatedFrame(1, "squeeze ".repeat(100));
  const payload = frame.subarray(6).map((byte, i) => byte ^ (frame[2 + (i % 4)] as number));
  peer.send(
    clientFrame(1, payload.subarray(0, 5), { fin: false, reserved: 0x40 }),
    clientFrame(9),
    clientFrame(0, payload.subarray(5)),
    deflatedFrame(2, ""),
    clientFrame(2, "plain"),
  );
  assert.deepEqual(peer.heard, [`text:${"squeeze ".repeat(100)}`, "binary:", "binary:plain"]);
  const bomb = new MemoryPeer({ deflate: true, limits: { messageBytesMax: 10_000 } });
  bomb.send(deflatedFrame(2, Buffer.alloc(10_001)));
  assert.deepEqual(bomb.faults, ["message_too_big"]);
  const rubbish = new MemoryPeer({ deflate: true });
  rubbish.send(clientFrame(1, Buffer.alloc(20, 0xff), { reserved: 0x40 }));
  assert.deepEqual(rubbish.faults, ["bad_compression"]);
  const badText = new MemoryPeer({ deflate: true });
  badText.send(deflatedFrame(1, Buffer.from([0xff])));
  assert.deepEqual(badText.faults, ["bad_text"]);
});
