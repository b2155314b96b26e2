// /livez and /readyz: for whoever looks after the process.

import { jsonResponse } from "../../rpc/http-message.js";
import type { Route } from "./routes.js";

/** Whatever watches may add what it likes to the URL: nothing depends on it. `unready` says why the server takes no new work; undefined: it takes it. */
export function createHealthRoutes(unready: () => string | undefined): Route[] {
  return [
    { method: "GET", path: "/livez", query: "any", handle: () => jsonResponse(200, { status: "ok" }) },
    {
      method: "GET",
      path: "/readyz",
      query: "any",
      handle() {
        const reason = unready();
        return reason === undefined
          ? jsonResponse(200, { status: "ok" })
          : jsonResponse(503, { status: "not ready", reason });
      },
    },
  ];
}
