// `subito COMMAND …`: finds the command and turns what it throws into a message and an exit code.

import { readFileSync } from "node:fs";
import { caches } from "./commands/caches.js";
import { cert } from "./commands/cert.js";
import { keys } from "./commands/keys.js";
import { publish } from "./commands/publish.js";
import { roles } from "./commands/roles.js";
import { serve } from "./commands/serve.js";
import { subscribe } from "./commands/subscribe.js";
import { tokens } from "./commands/tokens.js";
import { type Command, UsageError } from "./command.js";
import { describeFailure } from "./failure.js";
import { endWithOutput } from "./output.js";
import { toPrintableLines } from "./printable.js";

const commands: readonly Command[] = [serve, publish, subscribe, caches, keys, tokens, roles, cert];

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

function help(): string {
  const width = Math.max(...commands.map((command) => command.usage.length));
  const lines = commands.map((command) => `  subito ${command.usage.padEnd(width)}  ${command.summary}`);
  return `Subito: publish/subscribe that speaks Momento's wire.\n\n${lines.join("\n")}\n\nEvery command explains itself with --help. --version says which Subito this is.\n`;
}

function readVersion(): string {
  const description = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(description) as { version: string }).version;
}

async function run(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(help());
    return name === undefined ? EXIT_USAGE : 0;
  }
  if (name === "--version" || name === "-v" || name === "version") {
    process.stdout.write(`subito ${readVersion()}\n`);
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw new UsageError(`There is no command "${name}".\n\n${help()}`);
  // A server goes on without whoever reads what it prints.
  if (command !== serve) endWithOutput(EXIT_FAILED);
  return command.run(rest);
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`subito: ${toPrintableLines(describeFailure(error))}\n`);
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}
