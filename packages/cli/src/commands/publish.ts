// `subito publish CACHE TOPIC TEXT`.

import { text } from "node:stream/consumers";
import { createClient } from "@connectrpc/connect";
import { Pubsub } from "@subito/wire/cachepubsub";
import {
  CLIENT_OPTIONS_HELP,
  type Command,
  UsageError,
  clientOptions,
  parseCommandLine,
} from "../command.js";
import { grpcTransport, serverAddress } from "../server-connection.js";

const HELP = `subito publish CACHE TOPIC [TEXT]

Publishes one item: TEXT, or standard input when TEXT is left out.

  --base64           TEXT is base64: publish the bytes it stands for, as binary
${CLIENT_OPTIONS_HELP}
`;

export const publish: Command = {
  name: "publish",
  usage: "publish CACHE TOPIC [TEXT]",
  summary: "publish one item to a topic",
  async run(argv) {
    const options = { ...clientOptions, base64: { type: "boolean" } } as const;
    const { values, positionals } = parseCommandLine("publish", argv, options);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const [cacheName, topic, given, ...more] = positionals;
    if (cacheName === undefined || topic === undefined || more.length > 0) {
      throw new UsageError("publish takes a cache, a topic and a text.\nSee `subito publish --help`.");
    }
    const value = given ?? (await text(process.stdin));
    const client = createClient(Pubsub, grpcTransport(serverAddress(values)));
    await client.publish({ cacheName, topic, value: { kind: toKind(value, values.base64 === true) } });
    return 0;
  },
};

function toKind(value: string, isBase64: boolean) {
  if (!isBase64) return { case: "text", value } as const;
  const bytes = Buffer.from(value.trim(), "base64");
  if (bytes.toString("base64").replace(/=+$/, "") !== value.trim().replace(/=+$/, "")) {
    throw new UsageError("TEXT is not base64.");
  }
  return { case: "binary", value: new Uint8Array(bytes) } as const;
}
