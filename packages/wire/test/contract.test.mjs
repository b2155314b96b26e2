// The generated code says what the wire contract says: services, methods, field names, numbers and types (wire-contract.md
// section 4), written down here a second time and by hand.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { genDir } from "../generate.mjs";
import { expectedEnums, expectedMessages, expectedMethods } from "./contract-data.mjs";
import { enumsOf, messagesOf, methodsOf } from "./describe.mjs";

const modules = readdirSync(genDir).filter((name) => name.endsWith("_pb.js"));
const files = await Promise.all(
  modules.map(async (name) => {
    // By the package's own export map, as consumers do.
    const exports = await import(`@subito/wire/${name.slice(0, -"_pb.js".length)}`);
    return Object.entries(exports).find(([key]) => key.startsWith("file_"))[1];
  }),
);

test("services and methods", () => {
  assert.deepEqual(files.flatMap(methodsOf).sort(), lines(expectedMethods));
});

test("messages and fields", () => {
  assert.deepEqual(files.flatMap(messagesOf).sort(), lines(expectedMessages));
});

test("enums", () => {
  assert.deepEqual(files.flatMap(enumsOf).sort(), lines(expectedEnums));
});

function lines(text) {
  return text.trim().split("\n").sort();
}
