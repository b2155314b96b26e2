// Standard output, which may end before the command does: `subito … | head`, a full disk.

import { once } from "node:events";

/** From now on the process ends when nobody reads what it prints, as it would by SIGPIPE, and with a word when that cannot be written. */
export function endWithOutput(exitFailed: number): void {
  process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code === "EPIPE") process.exit(0);
    process.stderr.write(`subito: standard output cannot be written (${code ?? message}).\n`);
    process.exit(exitFailed);
  });
  // Nobody is left to tell.
  process.stderr.on("error", () => undefined);
}

/** Resolves when standard output has room for more. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
