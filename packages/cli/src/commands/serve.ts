// `subito serve`: runs the server in this process.

import type { Command } from "../command.js";

export const serve: Command = {
  name: "serve",
  usage: "serve [FLAGS]",
  summary: "run the server",
  async run(argv) {
    // Loaded here, so that the client commands start without the server.
    const { runServer } = await import("@subito/server/main");
    return runServer(argv);
  },
};
