// `subito keys create|list|revoke`, over the HTTP API.

import { type ActionShape, actionOptions, chooseAction } from "../actions.js";
import { CLIENT_OPTIONS_HELP, type Command, UsageError, parseCommandLine } from "../command.js";
import { callApi, listApi } from "../http-api.js";
import { type ServerAddress, serverAddress } from "../server-connection.js";
import { formatTable } from "../table.js";
import { formatMoment, parseDurationSeconds } from "../times.js";

const HELP = `subito keys create [DESCRIPTION] [--role ROLE] [--expires TIME] [--form FORM]
subito keys list
subito keys revoke ID

API keys of this server. A key is shown once, when it is created. Revoking one ends its subscriptions, and those of
the tokens that were made with it.

  --role ROLE        what the key may do: owner (the default), operator, viewer, or the id of a role of your own
  --expires TIME     how long it lives: 90s, 10m, 24h, 30d; never (the default)
  --form FORM        v1 (the default): for CredentialProvider.fromString of SDKs, the server's address is in it
                     v2: for CredentialProvider.fromApiKeyV2, which takes the address beside it
                     legacy: a JSON Web Token with the addresses in it, for old SDKs
  --json             print JSON
${CLIENT_OPTIONS_HELP}

  subito keys create 'the chat, until summer' --role operator --expires 30d
  subito keys list
  subito keys revoke 41n47ah65e7scqgt
`;

const options = {
  ...actionOptions,
  role: { type: "string" },
  expires: { type: "string" },
  form: { type: "string" },
} as const;

const actions = {
  list: {},
  create: { flags: ["role", "expires", "form"], argument: "a description", isArgumentOptional: true },
  revoke: { argument: "the id of a key; `subito keys list` shows them" },
} as const satisfies Readonly<Record<string, ActionShape>>;

type KeyForm = "v1" | "v2" | "legacy";

/** Of the HTTP API. */
export interface KeyInfo {
  readonly key_id: string;
  readonly description: string;
  /** Empty for keys with permissions of their own. */
  readonly role_id: string;
  readonly issued_at_epoch_seconds: number;
  readonly expires_at_epoch_seconds?: number;
}

interface CreatedKey {
  readonly api_key: string;
  /** Where clients find the server, by its own word: not always where this command has found it. */
  readonly endpoint: string;
  /** The two in the form in which SDKs take a key. */
  readonly credential: string;
  readonly key_info: KeyInfo;
}

interface CreateFlags {
  readonly role?: string | undefined;
  readonly expires?: string | undefined;
  readonly form?: string | undefined;
  readonly json?: boolean | undefined;
}

export const keys: Command = {
  name: "keys",
  usage: "keys list|create|revoke [ARGUMENT]",
  summary: "manage API keys",
  async run(argv) {
    const { values, positionals } = parseCommandLine("keys", argv, options);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const { action, argument } = chooseAction("keys", actions, values, positionals);
    const address = serverAddress(values);
    switch (action) {
      case "list": {
        const infos = await listApi<KeyInfo>(address, "/api-keys", "key_info", (info) => info.key_id);
        process.stdout.write(values.json ? `${JSON.stringify(infos)}\n` : formatKeys(infos));
        break;
      }
      case "create":
        await create(address, argument, values);
        break;
      case "revoke":
        await callApi(address, "DELETE", `/api-keys/${encodeURIComponent(argument)}`);
        break;
    }
    return 0;
  },
};

async function create(address: ServerAddress, description: string, flags: CreateFlags): Promise<void> {
  const form = parseForm(flags.form ?? "v1");
  const body = {
    role_id: flags.role ?? "owner",
    description,
    expiry: parseExpiry(flags.expires ?? "never"),
    form,
  };
  const created = (await callApi(address, "POST", "/api-keys", body)) as CreatedKey;
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(created)}\n`);
    return;
  }
  process.stdout.write(`${form === "v1" ? created.credential : created.api_key}\n`);
  // Beside the key, so that a script which reads standard output gets the key alone.
  if (form === "v2") {
    process.stderr.write(
      `subito: for CredentialProvider.fromApiKeyV2, with the endpoint ${created.endpoint}\n`,
    );
  }
}

function parseForm(text: string): KeyForm {
  if (text === "v1" || text === "v2" || text === "legacy") return text;
  throw new UsageError(`--form takes v1, v2 or legacy, not ${JSON.stringify(text)}.`);
}

/** As the HTTP API takes it. */
function parseExpiry(text: string): "never" | number {
  if (text === "never") return text;
  return Math.ceil(Date.now() / 1000) + parseDurationSeconds("--expires", text);
}

/** What is to be seen of keys. */
export function formatKeys(infos: readonly KeyInfo[]): string {
  const rows = infos.map((info) => [
    info.key_id,
    info.role_id === "" ? "(its own rules)" : info.role_id,
    formatMoment(info.issued_at_epoch_seconds),
    info.expires_at_epoch_seconds === undefined ? "never" : formatMoment(info.expires_at_epoch_seconds),
    info.description,
  ]);
  return formatTable(["id", "role", "made", "expires", "description"], rows);
}
