// /livez and /readyz: for whoever looks after the process.

import { jsonResponse } from "../../rpc/http-message.js";
import type { Route } from "./routes.js";

/** `unready` says why the server takes no new work; undefined: it takes it. */
export function createHealthRoutes(unready: () => string | undefined): Route[] {
  return [
    { method: "GET", path: "/livez", handle: () => jsonResponse(200, { status: "ok" }) },
    {
      method: "GET",
      path: "/readyz",
      handle() {
        const reason = unready();
        return reason === undefined
          ? jsonResponse(200, { status: "ok" })
          : jsonResponse(503, { status: "not ready", reason });
      },
    },
  ];
}
