// What a command is, and the options that all client commands share.

import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;
type CommandLine<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>
>;

export interface Command {
  readonly name: string;
  /** The command line, without `subito`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Runs with the arguments after the command's name; resolves to the exit code. */
  run(argv: readonly string[]): Promise<number>;
}

/** The command line is wrong: told with exit code 2. */
export class UsageError extends Error {}

/** Options of every command that talks to a server. */
export const clientOptions = {
  url: { type: "string" },
  "api-key": { type: "string" },
  ca: { type: "string" },
  "client-cert": { type: "string" },
  "client-key": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const satisfies Options;

export const CLIENT_OPTIONS_HELP = `  --url URL          the server (default $SUBITO_URL or http://127.0.0.1:8080)
  --api-key KEY      the API key (default $SUBITO_API_KEY; none is needed for a server on this machine)
  --ca FILE          PEM file of a CA to trust beside those of Node.js (default $SUBITO_CA)
  --client-cert FILE, --client-key FILE
                     for servers that ask for a certificate (default $SUBITO_CLIENT_CERT, $SUBITO_CLIENT_KEY)
  -h, --help         this text`;

/** Reads a command line; what does not fit becomes a UsageError that points to the command's help. */
export function parseCommandLine<T extends Options>(
  command: string,
  argv: readonly string[],
  options: T,
): CommandLine<T> {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${tellProblem(error, options)}\nSee \`subito ${command} --help\`.`);
  }
}

/** In place of Node's words, which are long, and speak of positional arguments. */
function tellProblem(error: unknown, options: Options): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const option = /--?[\w-]+(?=[' ])/.exec(message)?.[0] ?? "";
  switch (code) {
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION":
      return `There is no option ${option}. A text that begins with a dash goes behind \`--\`.`;
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE":
      if (options[option.slice(2)]?.type !== "string") return `${option} takes no value.`;
      if (!/ambiguous/.test(message)) return `${option} takes a value.`;
      return `${option} takes a value; one that begins with a dash is written ${option}=VALUE.`;
    default:
      return message;
  }
}
