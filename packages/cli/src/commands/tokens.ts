// `subito tokens create|revoke|revocations`: short-lived tokens, over the HTTP API.

import { type ActionShape, actionOptions, chooseAction } from "../actions.js";
import { CLIENT_OPTIONS_HELP, type Command, UsageError, parseCommandLine } from "../command.js";
import { callApi } from "../http-api.js";
import { type ServerAddress, serverAddress } from "../server-connection.js";
import { formatTable } from "../table.js";
import { formatMoment, parseDurationSeconds, parseMoment } from "../times.js";
import { parseTopicPattern, toTopicRules } from "../topic-rules.js";

const HELP = `subito tokens create --publish CACHE/TOPIC --subscribe CACHE/TOPIC --expires TIME [--id NAME]
subito tokens create --role ROLE --expires TIME
subito tokens revoke --id NAME | --key KEYID | --issued-before TIME [--api-keys]
subito tokens revocations

Short-lived tokens, for browsers and devices; SDKs take what is printed as an API key. When a token expires or is
revoked, its subscriptions end within a second.

create
  --publish CACHE/TOPIC, --subscribe CACHE/TOPIC
                     what it may do; both can be given again. CACHE/* is every topic of the cache, */* every topic,
                     CACHE/room-* every topic that begins with room-. The first slash separates: a slash in the
                     name of a cache is written %2F, a percent sign %25
  --role ROLE        in place of these: all that the role may, with a session token
  --expires TIME     how long it lives: 90s, 10m, 25h at most
  --id NAME          goes with every item that its holder publishes, and is what revoke --id takes

revoke
  --id NAME          tokens with this --id
  --key KEYID        tokens that were made with this API key
  --issued-before TIME
                     of these, or of all tokens, what was made before: 2026-11-25T10:00:00Z, or epoch seconds;
                     without it, what was made until now
  --api-keys         with --issued-before alone: API keys that were made before too

  --json             print JSON
${CLIENT_OPTIONS_HELP}

  subito tokens create --subscribe default/news --expires 10m --id alice
  subito tokens create --publish 'chat/room-1' --subscribe 'chat/room-*' --expires 1h
  subito tokens revoke --id alice
  subito tokens revoke --issued-before "$(date +%s)"
`;

const options = {
  ...actionOptions,
  publish: { type: "string", multiple: true },
  subscribe: { type: "string", multiple: true },
  role: { type: "string" },
  expires: { type: "string" },
  id: { type: "string" },
  key: { type: "string" },
  "issued-before": { type: "string" },
  "api-keys": { type: "boolean" },
} as const;

const actions = {
  create: { flags: ["publish", "subscribe", "role", "expires", "id"] },
  revoke: { flags: ["id", "key", "issued-before", "api-keys"] },
  revocations: {},
} as const satisfies Readonly<Record<string, ActionShape>>;

interface CreateFlags {
  readonly publish?: string[] | undefined;
  readonly subscribe?: string[] | undefined;
  readonly role?: string | undefined;
  readonly expires?: string | undefined;
  readonly id?: string | undefined;
}

interface RevokeFlags {
  readonly id?: string | undefined;
  readonly key?: string | undefined;
  readonly "issued-before"?: string | undefined;
  readonly "api-keys"?: boolean | undefined;
}

interface Revocation {
  readonly revoked: string;
  readonly issued_before_epoch_seconds: number;
}

export const tokens: Command = {
  name: "tokens",
  usage: "tokens create|revoke|revocations [FLAGS]",
  summary: "make short-lived tokens, and revoke them",
  async run(argv) {
    const { values, positionals } = parseCommandLine("tokens", argv, options);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const { action } = chooseAction("tokens", actions, values, positionals);
    const address = serverAddress(values);
    switch (action) {
      case "create": {
        const made = (await callApi(address, "POST", "/tokens", toCreateBody(values))) as {
          credential: string;
        };
        process.stdout.write(values.json ? `${JSON.stringify(made)}\n` : `${made.credential}\n`);
        break;
      }
      case "revoke":
        await callApi(address, "POST", "/revocations", toRevokeBody(values));
        break;
      case "revocations":
        process.stdout.write(await listRevocations(address, values.json === true));
        break;
    }
    return 0;
  },
};

function toCreateBody(flags: CreateFlags): object {
  const publish = (flags.publish ?? []).map((text) => parseTopicPattern("--publish", text));
  const subscribe = (flags.subscribe ?? []).map((text) => parseTopicPattern("--subscribe", text));
  const rules = toTopicRules(publish, subscribe);
  if (flags.role !== undefined && (rules.length > 0 || flags.id !== undefined)) {
    throw usage("--role takes the place of --publish, --subscribe and --id.");
  }
  if (flags.role === undefined && rules.length === 0) {
    throw usage("tokens create needs --publish, --subscribe or --role: what the token may do.");
  }
  if (flags.expires === undefined)
    throw usage("tokens create needs --expires: how long the token lives, like 10m.");
  if (flags.id === "") throw usage("--id takes a name; leave it out for a token without.");
  const lifetime = { expires_in_seconds: parseDurationSeconds("--expires", flags.expires) };
  if (flags.role !== undefined) return { role_id: flags.role, ...lifetime };
  return { permissions: { rules }, ...(flags.id === undefined ? {} : { token_id: flags.id }), ...lifetime };
}

function toRevokeBody(flags: RevokeFlags): object {
  const { id, key, "issued-before": issuedBefore, "api-keys": apiKeys } = flags;
  if (id !== undefined && key !== undefined) throw usage("tokens revoke takes --id or --key, not both.");
  if (id === undefined && key === undefined && issuedBefore === undefined) {
    throw usage("tokens revoke needs --id, --key or --issued-before: what is to be revoked.");
  }
  if (apiKeys && (id !== undefined || key !== undefined)) {
    throw usage("--api-keys goes with --issued-before alone; `subito keys revoke ID` revokes one key.");
  }
  return {
    ...(id === undefined ? {} : { token_id: id }),
    ...(key === undefined ? {} : { issued_by_key: key }),
    ...(issuedBefore === undefined
      ? {}
      : { issued_before_epoch_seconds: parseMoment("--issued-before", issuedBefore) }),
    ...(apiKeys ? { api_keys: true } : {}),
  };
}

async function listRevocations(address: ServerAddress, json: boolean): Promise<string> {
  const { revocations } = (await callApi(address, "GET", "/revocations")) as { revocations: Revocation[] };
  if (json) return `${JSON.stringify(revocations)}\n`;
  const rows = revocations.map((one) => [one.revoked, formatMoment(one.issued_before_epoch_seconds)]);
  return formatTable(["revoked", "issued before"], rows);
}

function usage(message: string): UsageError {
  return new UsageError(`${message}\nSee \`subito tokens --help\`.`);
}
