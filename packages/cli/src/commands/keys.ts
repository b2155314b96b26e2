// `subito keys create|list|revoke`, over the HTTP API.

import {
  CLIENT_OPTIONS_HELP,
  type Command,
  UsageError,
  clientOptions,
  parseCommandLine,
} from "../command.js";
import { API_KEY_HINT, describeUnreachable } from "../failure.js";
import { type HttpAnswer, type ServerAddress, askHttp, serverAddress } from "../server-connection.js";

const HELP = `subito keys list
subito keys create [DESCRIPTION]
subito keys revoke ID

API keys of this server; each may do everything. A key is shown once, when it is created.

  --json             print JSON
${CLIENT_OPTIONS_HELP}
`;

interface KeyInfo {
  readonly key_id: string;
  readonly description: string;
  readonly issued_at_epoch_seconds: number;
  readonly expires_at_epoch_seconds?: number;
}

export const keys: Command = {
  name: "keys",
  usage: "keys list|create|revoke [ARGUMENT]",
  summary: "manage API keys",
  async run(argv) {
    const options = { ...clientOptions, json: { type: "boolean" } } as const;
    const { values, positionals } = parseCommandLine("keys", argv, options);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const [action = "", argument, ...more] = positionals;
    if (more.length > 0) throw new UsageError("That is one argument too many.\nSee `subito keys --help`.");
    process.stdout.write(await perform(serverAddress(values), action, argument, values.json === true));
    return 0;
  },
};

/** Runs one action and returns what to print. */
async function perform(
  address: ServerAddress,
  action: string,
  argument: string | undefined,
  json: boolean,
): Promise<string> {
  switch (action) {
    case "list": {
      const { key_info: infos } = (await call(address, "GET", "/api-keys")) as { key_info: KeyInfo[] };
      return json ? `${JSON.stringify(infos)}\n` : infos.map(toLine).join("");
    }
    case "create": {
      const body = { role_id: "owner", description: argument ?? "", expiry: "never" };
      const created = (await call(address, "POST", "/api-keys", body)) as {
        api_key: string;
        key_info: KeyInfo;
      };
      return json ? `${JSON.stringify(created)}\n` : `${toSdkKey(address, created.api_key)}\n`;
    }
    case "revoke":
      if (argument === undefined)
        throw new UsageError("keys revoke takes the id of a key; `subito keys list` shows them.");
      await call(address, "DELETE", `/api-keys/${encodeURIComponent(argument)}`);
      return "";
    default:
      throw new UsageError(
        `keys takes list, create or revoke, not "${action}".\nSee \`subito keys --help\`.`,
      );
  }
}

/** The form in which SDKs take a key: base64 of the server's address and the token. The server takes it too. */
function toSdkKey(address: ServerAddress, token: string): string {
  // SDKs put these labels before it themselves (wire-contract.md 1.1).
  const endpoint = new URL(address.url).host.replace(/^(?:cache|control|token)\./, "");
  const json = JSON.stringify({ endpoint, api_key: token });
  return Buffer.from(json).toString("base64");
}

function toLine(info: KeyInfo): string {
  const created = new Date(info.issued_at_epoch_seconds * 1000).toISOString();
  return `${info.key_id}  ${created}  ${info.description}\n`;
}

async function call(address: ServerAddress, method: string, path: string, body?: unknown): Promise<unknown> {
  let response: HttpAnswer;
  try {
    response = await askHttp(address, method, path, body);
  } catch (cause) {
    throw new Error(describeUnreachable(address.url, cause), { cause });
  }
  const answer = parseAnswer(response);
  if (response.status >= 400) {
    const reason = answer.message ?? `The server answered ${response.status}.`;
    throw new Error(response.status === 401 ? `${reason} ${API_KEY_HINT}` : reason);
  }
  return answer;
}

function parseAnswer({ status, text }: HttpAnswer): { message?: string } {
  try {
    return JSON.parse(text) as { message?: string };
  } catch (cause) {
    throw new Error(`What answered (${status}) is no Subito server.`, { cause });
  }
}
