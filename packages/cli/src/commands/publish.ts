// `subito publish CACHE TOPIC TEXT`.

import { isUtf8 } from "node:buffer";
import {
  CLIENT_OPTIONS_HELP,
  type Command,
  UsageError,
  clientOptions,
  parseCommandLine,
} from "../command.js";
import { describeFailureOf } from "../failure.js";
import { serverAddress } from "../server-connection.js";
import { createTopicClient } from "../topic-client.js";

const HELP = `subito publish CACHE TOPIC [TEXT]

Publishes one item: TEXT, or standard input when TEXT is left out.

  --base64           TEXT is base64: publish the bytes it stands for, as binary
  --binary           publish the bytes of standard input, as binary
${CLIENT_OPTIONS_HELP}
`;

/** An item has 1 MiB at most; in base64 it is a third longer. */
const INPUT_BYTES_MAX = 2 * 1024 * 1024;

export const publish: Command = {
  name: "publish",
  usage: "publish CACHE TOPIC [TEXT]",
  summary: "publish one item to a topic",
  async run(argv) {
    const options = { ...clientOptions, base64: { type: "boolean" }, binary: { type: "boolean" } } as const;
    const { values, positionals } = parseCommandLine("publish", argv, options);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const [cacheName, topic, given, ...more] = positionals;
    if (cacheName === undefined || topic === undefined || more.length > 0) {
      throw new UsageError("publish takes a cache, a topic and a text.\nSee `subito publish --help`.");
    }
    if (values.binary === true && (given !== undefined || values.base64 === true)) {
      throw new UsageError("--binary takes standard input as it is: leave out TEXT and --base64.");
    }
    const value = given ?? (await readInput(values.binary === true));
    const address = serverAddress(values);
    const client = createTopicClient(address);
    const isBase64 = values.base64 === true && typeof value === "string";
    const item = isBase64 ? parseBase64(value) : value;
    await describeFailureOf(address.url, () => client.publish(cacheName, topic, item));
    return 0;
  },
};

async function readInput(isBinary: boolean): Promise<string | Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > INPUT_BYTES_MAX) throw new UsageError("Standard input has more than an item can hold.");
  }
  const bytes = Buffer.concat(chunks);
  if (isBinary) return bytes;
  // What is none would be changed without a word.
  if (!isUtf8(bytes))
    throw new UsageError("Standard input is no text in UTF-8. Publish its bytes with --binary.");
  return bytes.toString();
}

function parseBase64(value: string): Uint8Array {
  // Of either alphabet.
  const digits = value.trim().replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Buffer.from(digits, "base64");
  if (bytes.toString("base64").replace(/=+$/, "") !== digits) {
    throw new UsageError("TEXT is not base64.");
  }
  return bytes;
}
