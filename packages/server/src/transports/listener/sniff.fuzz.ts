// Fuzzes the telling apart of protocols: a verdict stays, comes in time, and is what the first bytes say.

import assert from "node:assert/strict";
import { type FuzzTarget, latin1 } from "@subito/fuzz";
import { METHODS } from "node:http";
import { type Protocol, sniffProtocol } from "./sniff.js";

const PREFACE_START = "PRI * HTTP/2.0\r\n";
const WAITS_AT_MOST_BYTES = 4096;

/** Says no to a verdict that the bytes do not bear out. */
function checkVerdict(text: string, verdict: Protocol): void {
  const line = text.replace(/^(\r?\n)+/, "");
  const firstLine = line.split("\n")[0] ?? "";
  switch (verdict) {
    case "http2":
      assert.ok(text.startsWith(PREFACE_START));
      break;
    case "tls":
      assert.ok(text.startsWith("\x16\x03"));
      break;
    case "http1":
      assert.ok(
        METHODS.includes(line.split(" ")[0] ?? "") || / HTTP\/\d\.\d\r?$|\tHTTP\/\d\.\d\r?$/.test(firstLine),
        firstLine,
      );
      assert.ok(!text.startsWith(PREFACE_START) && !text.startsWith("\x16"));
      break;
    case "unknown":
      assert.ok(!text.startsWith(PREFACE_START) && !text.startsWith("\x16\x03"));
      assert.ok(!METHODS.includes(/^([A-Z-]+) /.exec(line)?.[1] ?? ""), "a request that is not known");
      break;
  }
}

function run(input: Uint8Array): void {
  let verdict: Protocol | undefined;
  for (let end = 0; end <= input.length; end++) {
    const now = sniffProtocol(input.subarray(0, end));
    if (verdict === undefined) verdict = now;
    else assert.equal(now, verdict, `another verdict after ${end} bytes`);
    // Once it is known, the last lengths are enough.
    if (verdict !== undefined && end < input.length - 3) end = Math.max(end, input.length - 4);
  }
  if (verdict !== undefined) {
    checkVerdict(latin1(input), verdict);
    return;
  }
  // Whatever follows, it will be known some time.
  const last = latin1(input.subarray(-1)) || "x";
  const long = Buffer.concat([input, Buffer.alloc(WAITS_AT_MOST_BYTES, last, "latin1")]);
  assert.notEqual(sniffProtocol(long), undefined, "waits for ever");
}

export const targets: readonly FuzzTarget[] = [
  {
    name: "protocol-sniffing",
    inputBytesMax: 64,
    seeds: [
      "",
      PREFACE_START,
      "PRI * HTTP/1.1\r\n",
      "GET / HTTP/1.1\r\n",
      "\r\n\r\nPOST /a HTTP/1.0\r\n",
      "BREW /pot HTTP/1.1\n",
      "\x16\x03\x01",
      "\x16\x04",
      "SSH-2.0-x\r\n",
      "*1\r\n$4\r\nPING\r\n",
      "M-SEARCH * HTTP/1.1\r\n",
    ],
    dictionary: [
      "PRI * ",
      " HTTP/1.1",
      "\r\n",
      "\n",
      "\r",
      "\x16\x03",
      "GET ",
      "PUT ",
      "HTTP/2.0",
      "\t",
      "A",
      "M-SEARCH ",
    ],
    run,
  },
];
