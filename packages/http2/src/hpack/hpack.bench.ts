// Nanoseconds per decode of typical header blocks. Run: node dist/hpack/hpack.bench.js [rounds]

import { HpackDecoder } from "./decoder.js";
import { encodeHeaders } from "./encoder.js";
import { InternTable } from "./intern-table.js";

const rounds = Number(process.argv[2] ?? 1_000_000);
const interned = new InternTable({ seed: 1 });
const newDecoder = (rememberBlocks: boolean) =>
  new HpackDecoder({ tableBytesMax: 4096, headerListBytesMax: 16_384, interned, rememberBlocks });

// What a grpc-js client says, with the static table's fields first; the rest it puts into the dynamic table.
const indexed = [
  [":scheme", "http"],
  [":method", "POST"],
] as const;
const inserted = [
  [":authority", "127.0.0.1:8080"],
  ["grpc-accept-encoding", "identity,deflate,gzip"],
  ["accept-encoding", "identity"],
  ["user-agent", "grpc-node-js/1.14.1"],
  ["content-type", "application/grpc"],
  ["te", "trailers"],
  [":path", "/cache_client.pubsub.Pubsub/Publish"],
  ["agent", "nodejs:cache:1.100.0"],
  ["cache", "default"],
] as const;
const token = "subito_a1b2c3d4e5f6_" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEF0";

/** The same literals, to be inserted: 0x40 with a literal name, as a client says them for the first time. */
function encodeInsertions(fields: readonly (readonly [string, string])[]): Uint8Array {
  const noNames = fields.map((field) => {
    const block = encodeHeaders([field], { sensitiveNames: new Set([field[0]]) });
    const first = block[0] as number;
    // A never-indexed literal differs in its flags, and in its prefix when the name index needs a second octet.
    if (first !== 0x1f) return Buffer.concat([Uint8Array.of(0x40 | (first & 0x0f)), block.subarray(1)]);
    return Buffer.concat([Uint8Array.of(0x40 | (15 + (block[1] as number))), block.subarray(2)]);
  });
  return Buffer.concat(noNames);
}

const firstRequest = Buffer.concat([
  encodeHeaders(indexed),
  encodeInsertions(inserted),
  encodeHeaders([["authorization", token]]),
]);
const references = inserted.map((_, i) => 0x80 | (62 + i));
const authorization = encodeHeaders([["authorization", token]]);
const allIndexed = Buffer.concat([encodeHeaders(indexed), Uint8Array.from(references)]);
const repeatedRequest = Buffer.concat([allIndexed, authorization]);

function measure(what: string, run: (round: number) => number): void {
  let fields = 0;
  for (let i = 0; i < rounds / 10; i++) fields += run(i);
  const start = process.hrtime.bigint();
  for (let i = 0; i < rounds; i++) fields += run(i);
  const ns = Number(process.hrtime.bigint() - start) / rounds;
  console.log(`${what}: ${ns.toFixed(1)} ns (${fields > 0 ? "decoded" : "nothing decoded"})`);
}

/** A decoder whose table holds what the first request inserts. */
function connected(rememberBlocks: boolean): HpackDecoder {
  const decoder = newDecoder(rememberBlocks);
  decoder.decode(firstRequest);
  return decoder;
}

for (const rememberBlocks of [false, true]) {
  const how = rememberBlocks ? "repeated" : "decoded anew";
  const decoder = connected(rememberBlocks);
  measure(`all indexed, 11 fields, ${how}`, () => decoder.decode(allIndexed).fields.length);
  measure(`literal authorization, 1 field, ${how}`, () => decoder.decode(authorization).fields.length);
  measure(`grpc-js request, 12 fields, ${how}`, () => decoder.decode(repeatedRequest).fields.length);
}

measure(
  "grpc-js request, 12 fields, first of a connection",
  () => newDecoder(true).decode(firstRequest).fields.length,
);

const changing = Array.from({ length: 4096 }, (_, i) =>
  Buffer.concat([allIndexed, encodeHeaders([["authorization", `${i}${token}${i}`]])]),
);
const varied = connected(true);
measure("grpc-js request, 12 fields, another token each time", (round) => {
  return varied.decode(changing[round % changing.length] as Buffer).fields.length;
});
