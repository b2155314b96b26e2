// Fuzzes the check of request headers, beside RFC 9113 section 8 written down rule by rule.

import assert from "node:assert/strict";
import { type FuzzTarget, latin1 } from "@subito/fuzz";
import { HeaderBlock } from "./hpack/header-block.js";
import { RequestHeaders, parseRequestHeaders, trailersFault } from "./request-headers.js";

type Field = readonly [name: string, value: string];

const nameCharacters = new Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz");
const pseudoNames = [":method", ":scheme", ":path", ":authority"];
const bannedNames = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];

function isGoodValue(value: string): boolean {
  for (const character of value) if ("\0\r\n".includes(character)) return false;
  return ![value.at(0), value.at(-1)].some((end) => end === " " || end === "\t");
}

function isGoodField([name, value]: Field): boolean {
  if (name === "" || bannedNames.includes(name)) return false;
  for (const character of name) if (!nameCharacters.has(character)) return false;
  return isGoodValue(value) && (name !== "te" || value === "trailers");
}

function areGoodPseudos(pseudos: readonly Field[]): boolean {
  const names = pseudos.map(([name]) => name);
  if (new Set(names).size !== names.length) return false;
  if (!pseudos.every(([name, value]) => pseudoNames.includes(name) && isGoodValue(value))) return false;
  const valueOf = (name: string): string => pseudos.find(([other]) => other === name)?.[1] ?? "";
  if (valueOf(":method") === "") return false;
  if (valueOf(":method") !== "CONNECT") return valueOf(":scheme") !== "" && valueOf(":path") !== "";
  return valueOf(":authority") !== "" && !names.includes(":scheme") && !names.includes(":path");
}

/** The declared length, -1 without one; undefined when the list is no request. */
function check(fields: readonly Field[]): number | undefined {
  const firstRegular = fields.findIndex(([name]) => !name.startsWith(":"));
  const split = firstRegular < 0 ? fields.length : firstRegular;
  const regular = fields.slice(split);
  if (!areGoodPseudos(fields.slice(0, split)) || !regular.every(isGoodField)) return undefined;
  const lengths = new Set(regular.filter(([name]) => name === "content-length").map(([, value]) => value));
  if (lengths.size === 0) return -1;
  const [length = ""] = lengths;
  const isNumber =
    lengths.size === 1 && length !== "" && length.length <= 15 && Array.from(length).every(isDigit);
  return isNumber ? Number(length) : undefined;
}

function isDigit(character: string): boolean {
  return "0123456789".includes(character);
}

/** The input: fields with 0xff behind each name and each value. */
function run(input: Uint8Array): void {
  const texts = latin1(input).split("\xff");
  if (texts.length % 2 === 1) texts.pop();
  const fields: Field[] = [];
  for (let i = 0; i < texts.length; i += 2) fields.push([texts[i] as string, texts[i + 1] as string]);
  const block = new HeaderBlock(texts, 0, false);
  const parsed = parseRequestHeaders(block);
  assert.equal(parseRequestHeaders(block), parsed, "remembered");
  const expected = check(fields);
  if (expected === undefined) {
    assert.ok(!(parsed instanceof RequestHeaders), "a malformed list is taken");
  } else {
    assert.ok(parsed instanceof RequestHeaders, "a good list is refused");
    assert.equal(parsed.contentLengthBytes, expected);
    const valueOf = (name: string) => fields.find(([other]) => other === name)?.[1];
    assert.equal(parsed.method, valueOf(":method"));
    assert.equal(parsed.path, valueOf(":path") ?? "");
    assert.equal(parsed.scheme, valueOf(":scheme") ?? "");
    assert.equal(parsed.authority, valueOf(":authority") ?? valueOf("host"));
    assert.ok(parsed.fields.every((text, i) => i % 2 === 1 || !text.startsWith(":")));
  }
  assert.equal(trailersFault(block) === undefined, fields.every(isGoodField), "trailers");
}

const words = [
  ":method",
  ":scheme",
  ":path",
  ":authority",
  "host",
  "content-length",
  "te",
  "trailers",
  "connection",
]
  .concat([
    "transfer-encoding",
    "upgrade",
    "keep-alive",
    "proxy-connection",
    "CONNECT",
    "POST",
    ":status",
    "\xff",
  ])
  .map((word) => `${word}\xff`);

export const targets: readonly FuzzTarget[] = [
  {
    name: "request-headers",
    inputBytesMax: 256,
    seeds: [
      ":method\xffPOST\xff:scheme\xffhttp\xff:path\xff/\xff:authority\xffa\xffte\xfftrailers\xffcontent-length\xff12\xff",
      ":method\xffCONNECT\xff:authority\xffa:1\xff",
      ":method\xffGET\xff:scheme\xffhttp\xff:path\xff/x\xffhost\xffb\xff",
      ":method\xffGET\xffx\xff y\xff",
      "grpc-status\xff0\xffgrpc-message\xff\xff",
    ],
    dictionary: words,
    run,
  },
];
