// GET /metrics: the server's numbers for Prometheus (docs/reference/metrics.md).

import { authorizeReadMetrics } from "../../auth/authorize.js";
import type { ReadMetricsGrant } from "../../ports/grant.js";
import type { HttpCaller } from "./caller.js";
import { TOKEN } from "./query.js";
import type { Route } from "./routes.js";

/** Writes all metrics down in Prometheus' text format. */
export type RenderMetrics = (grant: ReadMetricsGrant) => string;

/** How Prometheus calls its text format. */
const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function createMetricsRoutes(render: RenderMetrics, caller: HttpCaller): Route[] {
  return [
    {
      method: "GET",
      path: "/metrics",
      query: TOKEN,
      async handle(request) {
        const grant = authorizeReadMetrics(await caller.authenticate(request));
        return {
          status: 200,
          headers: [["content-type", CONTENT_TYPE]],
          body: Buffer.from(render(grant)),
        };
      },
    },
  ];
}
