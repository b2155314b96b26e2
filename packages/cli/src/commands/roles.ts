// `subito roles list|create|change|delete`, over the HTTP API.

import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { type ActionShape, actionOptions, chooseAction } from "../actions.js";
import { CLIENT_OPTIONS_HELP, type Command, UsageError, parseCommandLine } from "../command.js";
import { callApi, listApi } from "../http-api.js";
import { type ServerAddress, serverAddress } from "../server-connection.js";
import { formatTable } from "../table.js";
import { type KeyInfo, formatKeys } from "./keys.js";

const HELP = `subito roles list
subito roles create NAME --permissions FILE [--description TEXT]
subito roles change ID [--name NAME] [--permissions FILE] [--description TEXT]
subito roles delete ID

Roles say what API keys may do. owner, operator and viewer are there always, and stay as they are. A change counts for
every key of the role at once.

  --permissions FILE JSON: a list of rules, or an object with "rules" and "conditions"; - is standard input
  --description TEXT what the role is for
  --name NAME        another name
  --json             print JSON; the list has the permissions too
${CLIENT_OPTIONS_HELP}

  echo '[{"type":"topic","permissions":["read"],"caches":{"name":"chat"},"topics":{"prefix":"room-"}}]' |
    subito roles create Listener --permissions -
  subito keys create 'the display in the hall' --role ID
`;

const options = {
  ...actionOptions,
  permissions: { type: "string" },
  description: { type: "string" },
  name: { type: "string" },
} as const;

const ID = "the id of a role; `subito roles list` shows them";

const actions = {
  list: {},
  create: { flags: ["permissions", "description"], argument: "the name of the role" },
  change: { flags: ["permissions", "description", "name"], argument: ID },
  delete: { argument: ID },
} as const satisfies Readonly<Record<string, ActionShape>>;

interface Role {
  readonly role_id: string;
  readonly role_name: string;
  readonly role_type: string;
  readonly description: string;
  readonly permissions: unknown;
}

interface RoleFlags {
  readonly permissions?: string | undefined;
  readonly description?: string | undefined;
  readonly name?: string | undefined;
}

export const roles: Command = {
  name: "roles",
  usage: "roles list|create|change|delete [ARGUMENT]",
  summary: "manage roles: what API keys may do",
  async run(argv) {
    const { values, positionals } = parseCommandLine("roles", argv, options);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const { action, argument } = chooseAction("roles", actions, values, positionals);
    const address = serverAddress(values);
    const print = (answer: unknown, plain: string): void => {
      process.stdout.write(values.json ? `${JSON.stringify(answer)}\n` : plain);
    };
    switch (action) {
      case "list": {
        const all = await listRoles(address);
        print(all, formatRoles(all));
        return 0;
      }
      case "create": {
        const made = await create(address, argument, values);
        print(made, `${made.role_id}\n`);
        return 0;
      }
      case "change":
        print(await change(address, argument, values), "");
        return 0;
      case "delete":
        return remove(address, argument, print);
    }
  },
};

function listRoles(address: ServerAddress): Promise<Role[]> {
  return listApi<Role>(address, "/roles", "roles", (role) => role.role_id);
}

function formatRoles(all: readonly Role[]): string {
  const rows = all.map((role) => [role.role_id, role.role_type, role.role_name, role.description]);
  return formatTable(["id", "type", "name", "description"], rows);
}

async function create(address: ServerAddress, name: string, flags: RoleFlags): Promise<Role> {
  if (flags.permissions === undefined) {
    throw new UsageError("roles create needs --permissions FILE.\nSee `subito roles --help`.");
  }
  const permissions = await readPermissions(flags.permissions);
  const body = { role_name: name, permissions, ...describe(flags) };
  return (await callApi(address, "POST", "/roles", body)) as Role;
}

/** The API takes name and permissions together: what no flag says stays as it is. */
async function change(address: ServerAddress, id: string, flags: RoleFlags): Promise<Role> {
  const { name, permissions: file, description } = flags;
  if (name === undefined && file === undefined && description === undefined) {
    throw new UsageError(
      "roles change needs --name, --permissions or --description.\nSee `subito roles --help`.",
    );
  }
  const given = file === undefined ? undefined : await readPermissions(file);
  const old = (await listRoles(address)).find((role) => role.role_id === id);
  if (old === undefined) throw new Error(`There is no role with the id ${JSON.stringify(id)}.`);
  const body = {
    role_name: name ?? old.role_name,
    permissions: given ?? old.permissions,
    ...describe(flags),
  };
  return (await callApi(address, "PUT", `/roles/${encodeURIComponent(id)}`, body)) as Role;
}

function describe({ description }: RoleFlags): { description?: string } {
  return description === undefined ? {} : { description };
}

type DeleteAnswer =
  { readonly status: "deleted" } | { readonly status: "blocked"; readonly api_keys: KeyInfo[] };

/** Resolves to the exit code: 1 for a role that keys have. */
async function remove(
  address: ServerAddress,
  id: string,
  print: (answer: unknown, plain: string) => void,
): Promise<number> {
  const answer = (await callApi(address, "DELETE", `/roles/${encodeURIComponent(id)}`)) as DeleteAnswer;
  print(answer, "");
  if (answer.status === "deleted") return 0;
  process.stderr.write(
    `subito: The role is still that of these API keys, and was not deleted. Revoke them first.\n${formatKeys(answer.api_keys)}`,
  );
  return 1;
}

/** A permission set as the HTTP API takes it; the server looks at what stands in it. */
async function readPermissions(file: string): Promise<unknown> {
  const source = file === "-" ? "standard input" : file;
  let value: unknown;
  try {
    value = JSON.parse(file === "-" ? await text(process.stdin) : readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--permissions: ${source} cannot be read as JSON: ${reason}.`);
  }
  return Array.isArray(value) ? { rules: value } : value;
}
