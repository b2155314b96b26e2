// The opening handshake: what is one, which subprotocol and which compression are agreed on.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { negotiateDeflate } from "./extensions.js";
import { checkHandshake, switchingProtocols } from "./handshake.js";

const usual: Readonly<Record<string, string>> = {
  upgrade: "websocket",
  connection: "keep-alive, Upgrade",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
};

function check(fields: Readonly<Record<string, string | undefined>> = {}, method = "GET") {
  const all: Record<string, string | undefined> = { ...usual, ...fields };
  return checkHandshake({ method, field: (name) => all[name] }, { protocol: "subito.v1", deflate: true });
}

test("the example of RFC 6455 1.3 is accepted, and the head is the usual one", () => {
  const accepted = check({ upgrade: "h2c, WebSocket", "sec-websocket-protocol": "chat, subito.v1" });
  assert.ok(accepted.problem === undefined);
  assert.equal(
    Buffer.from(switchingProtocols(accepted.fields)).toString(),
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n" +
      "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nsec-websocket-protocol: subito.v1\r\n\r\n",
  );
  assert.equal(accepted.deflate, false);
});

test("what is no handshake is told apart from another version", () => {
  assert.equal(check({}, "POST").problem, "bad_request");
  const bad: Record<string, string | undefined>[] = [
    { upgrade: undefined },
    { upgrade: "websockets" },
    { connection: undefined },
    { connection: "close" },
    { "sec-websocket-key": undefined },
    { "sec-websocket-key": "" },
    { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==" },
    { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZR==" },
    { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZXM=" },
    { "sec-websocket-protocol": "" },
    { "sec-websocket-protocol": "SUBITO.V1" },
  ];
  for (const fields of bad) assert.equal(check(fields).problem, "bad_request", JSON.stringify(fields));
  for (const version of [undefined, "", "8", "13, 13", "013"])
    assert.equal(check({ "sec-websocket-version": version }).problem, "wrong_version", version);
});

const NO_CONTEXT = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

test("the first offer of compression that can be kept is taken", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["permessage-deflate", NO_CONTEXT],
    ["permessage-deflate; client_max_window_bits", NO_CONTEXT],
    ["permessage-deflate; client_max_window_bits=10; server_no_context_takeover", NO_CONTEXT],
    ['permessage-deflate;server_max_window_bits="15"', `${NO_CONTEXT}; server_max_window_bits=15`],
    ["permessage-deflate; server_max_window_bits=10, permessage-deflate", NO_CONTEXT],
    ["x-webkit-deflate-frame, permessage-deflate", NO_CONTEXT],
    ["permessage-deflate; server_max_window_bits=10", undefined],
    ["permessage-deflate; server_max_window_bits", undefined],
    ["permessage-deflate; client_max_window_bits=7", undefined],
    ["permessage-deflate; client_max_window_bits=16", undefined],
    ["permessage-deflate; server_no_context_takeover=1", undefined],
    ["permessage-deflate; server_no_context_takeover; server_no_context_takeover", undefined],
    ["permessage-deflate; unknown", undefined],
    ["permessage-deflate;", undefined],
    ["", undefined],
  ];
  for (const [offer, answer] of cases) assert.equal(negotiateDeflate(offer), answer, offer);
  assert.equal(negotiateDeflate(undefined), undefined);
});

test("whatever is offered, the answer is one of three", () => {
  const part = fc.constantFrom(
    "permessage-deflate",
    ";",
    ",",
    "=",
    "15",
    " ",
    "server_max_window_bits",
    "client_max_window_bits",
    '"',
  );
  const offers = fc.oneof(
    fc.string(),
    fc.array(part).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(offers, (offer) => {
      const answer = negotiateDeflate(offer);
      assert.ok([undefined, NO_CONTEXT, `${NO_CONTEXT}; server_max_window_bits=15`].includes(answer));
    }),
  );
});
