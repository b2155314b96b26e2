// Reads a test server's metrics, as a scraper does.

import assert from "node:assert/strict";
import { askHttp } from "./running-server.js";

/** Every sample of `GET /metrics`: `name` or `name{label="value"}` to its number. */
export async function readMetrics(server: { readonly port: number }): Promise<Map<string, number>> {
  const { status, text } = await askHttp(server, "/metrics");
  assert.equal(status, 200);
  return new Map(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => {
        const space = line.lastIndexOf(" ");
        return [line.slice(0, space), Number(line.slice(space + 1))];
      }),
  );
}
