// `subito caches create|delete|flush|list`.

import { type Client, createClient } from "@connectrpc/connect";
import { ScsControl } from "@subito/wire/controlclient";
import { type ActionShape, actionOptions, chooseAction } from "../actions.js";
import { CLIENT_OPTIONS_HELP, type Command, parseCommandLine } from "../command.js";
import { describeFailureOf } from "../failure.js";
import { toPrintable } from "../printable.js";
import { grpcTransport, serverAddress } from "../server-connection.js";

const HELP = `subito caches list
subito caches create NAME
subito caches delete NAME
subito caches flush NAME

A cache is the space in which topics live. Deleting one ends its subscriptions.

  --json             print the list as JSON
${CLIENT_OPTIONS_HELP}
`;

const NAME = "the name of a cache";

const actions = {
  list: {},
  create: { argument: NAME },
  delete: { argument: NAME },
  flush: { argument: NAME },
} as const satisfies Readonly<Record<string, ActionShape>>;

export const caches: Command = {
  name: "caches",
  usage: "caches list|create|delete|flush [NAME]",
  summary: "manage caches",
  async run(argv) {
    const { values, positionals } = parseCommandLine("caches", argv, actionOptions);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const { action, argument: cacheName } = chooseAction("caches", actions, values, positionals);
    const address = serverAddress(values);
    const client = createClient(ScsControl, grpcTransport(address));
    await describeFailureOf(address.url, async () => {
      switch (action) {
        case "list":
          return list(client, values.json === true);
        case "create":
          return client.createCache({ cacheName });
        case "delete":
          return client.deleteCache({ cacheName });
        case "flush":
          return client.flushCache({ cacheName });
      }
    });
    return 0;
  },
};

async function list(client: Client<typeof ScsControl>, json: boolean): Promise<void> {
  const names = (await client.listCaches({})).cache.map((cache) => cache.cacheName);
  process.stdout.write(
    json ? `${JSON.stringify(names)}\n` : names.map((name) => `${toPrintable(name)}\n`).join(""),
  );
}
