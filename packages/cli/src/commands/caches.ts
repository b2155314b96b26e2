// `subito caches create|delete|flush|list`.

import { type Client, createClient } from "@connectrpc/connect";
import { ScsControl } from "@subito/wire/controlclient";
import {
  CLIENT_OPTIONS_HELP,
  type Command,
  UsageError,
  clientOptions,
  parseCommandLine,
} from "../command.js";
import { grpcTransport, serverAddress } from "../server-connection.js";

const HELP = `subito caches list
subito caches create NAME
subito caches delete NAME
subito caches flush NAME

A cache is the space in which topics live. Deleting one ends its subscriptions.

  --json             print the list as JSON
${CLIENT_OPTIONS_HELP}
`;

export const caches: Command = {
  name: "caches",
  usage: "caches list|create|delete|flush [NAME]",
  summary: "manage caches",
  async run(argv) {
    const options = { ...clientOptions, json: { type: "boolean" } } as const;
    const { values, positionals } = parseCommandLine("caches", argv, options);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const [action = "", cacheName, ...more] = positionals;
    if (more.length > 0) throw new UsageError("That is one argument too many.\nSee `subito caches --help`.");
    const client = createClient(ScsControl, grpcTransport(serverAddress(values)));
    if (action === "list") await list(client, values.json === true);
    else await change(client, action, cacheName);
    return 0;
  },
};

async function list(client: Client<typeof ScsControl>, json: boolean): Promise<void> {
  const names = (await client.listCaches({})).cache.map((cache) => cache.cacheName);
  process.stdout.write(json ? `${JSON.stringify(names)}\n` : names.map((name) => `${name}\n`).join(""));
}

async function change(
  client: Client<typeof ScsControl>,
  action: string,
  cacheName: string | undefined,
): Promise<void> {
  if (!["create", "delete", "flush"].includes(action)) {
    throw new UsageError(
      `caches takes list, create, delete or flush, not "${action}".\nSee \`subito caches --help\`.`,
    );
  }
  if (cacheName === undefined) throw new UsageError(`caches ${action} takes the name of a cache.`);
  if (action === "create") await client.createCache({ cacheName });
  else if (action === "delete") await client.deleteCache({ cacheName });
  else await client.flushCache({ cacheName });
}
