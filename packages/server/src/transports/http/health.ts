// /livez and /readyz: for whoever looks after the process.

import { jsonResponse } from "../../rpc/http-message.js";
import type { Route } from "./routes.js";

/** `isReady` is false while the server starts and once it shuts down. */
export function createHealthRoutes(isReady: () => boolean): Route[] {
  return [
    { method: "GET", path: "/livez", handle: () => jsonResponse(200, { status: "ok" }) },
    {
      method: "GET",
      path: "/readyz",
      handle: () =>
        isReady() ? jsonResponse(200, { status: "ok" }) : jsonResponse(503, { status: "not ready" }),
    },
  ];
}
