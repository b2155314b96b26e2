// Which web pages may use the server from a browser (CORS, Fetch 3.2): every answer says so, and preflights are answered here.

import { isLoopbackOrigin } from "../../auth/loopback-host.js";
import type { HttpHandler, HttpRequest, HttpResponse, WholeResponse } from "../../rpc/http-message.js";
import { jsonResponse } from "../../rpc/http-message.js";

/** `loopback`: pages of this machine. `all`: pages from everywhere. Else a list of origins, as browsers write them. */
export type AllowedOrigins = "loopback" | "all" | ReadonlySet<string>;

/** What SDKs for browsers send (wire-contract.md 1.4), and what our own HTTP API takes. */
const REQUEST_FIELDS = [
  ...["authorization", "content-type", "cache", "agent", "runtime-version", "read-concern"],
  ...["x-grpc-web", "x-user-agent", "grpc-timeout"],
].join(", ");
const METHODS = "GET, POST, PUT, DELETE";
const RESPONSE_FIELDS = "grpc-status, grpc-message, err";
/** How long a browser may remember a preflight; Chromium takes no more. */
const PREFLIGHT_SECONDS = 7200;

/** `handle`, for web pages too. Pages from elsewhere are told in the preflight why not; what else they send is served as for any client, and their browser keeps the answer from them. */
export function withOrigins(allowed: AllowedOrigins, handle: HttpHandler): HttpHandler {
  return async (request) => {
    const origin = request.metadata.get("origin");
    if (origin === undefined) return handle(request);
    const isAllowed = allows(allowed, origin);
    if (isPreflight(request)) return isAllowed ? preflight(origin) : refusal(origin);
    const response = await handle(request);
    return isAllowed ? withFields(response, origin) : { ...response, headers: [...response.headers, VARY] };
  };
}

function allows(allowed: AllowedOrigins, origin: string): boolean {
  if (allowed === "all") return true;
  return allowed === "loopback" ? isLoopbackOrigin(origin) : allowed.has(origin);
}

/** The answer to what a page of `origin` may not have, whatever its browser keeps from it; undefined: it may. A WebSocket needs no preflight. */
export function refuseOrigin(allowed: AllowedOrigins, origin: string): WholeResponse | undefined {
  return allows(allowed, origin) ? undefined : refusal(origin);
}

function isPreflight({ method, metadata }: HttpRequest): boolean {
  return method === "OPTIONS" && metadata.get("access-control-request-method") !== undefined;
}

/** What stands between may keep an answer for one origin only. */
const VARY = ["vary", "origin"] as const;

/** The origin by name and not `*`: some clients send credentials along (wire-contract.md 1.4). */
function originFields(origin: string): [string, string][] {
  return [["access-control-allow-origin", origin], ["access-control-allow-credentials", "true"], [...VARY]];
}

function preflight(origin: string): HttpResponse {
  const headers: HttpResponse["headers"] = [
    ...originFields(origin),
    ["access-control-allow-methods", METHODS],
    ["access-control-allow-headers", REQUEST_FIELDS],
    ["access-control-max-age", String(PREFLIGHT_SECONDS)],
  ];
  return { status: 204, headers, body: new Uint8Array(0) };
}

function refusal(origin: string): WholeResponse {
  const message = `Pages of ${JSON.stringify(origin.slice(0, 256))} may not use this server: start it with --allowed-origins and this origin in the list.`;
  return jsonResponse(403, { code: "PermissionDenied", message }, [VARY]);
}

function withFields(response: HttpResponse, origin: string): HttpResponse {
  const fields = [...originFields(origin), ["access-control-expose-headers", RESPONSE_FIELDS] as const];
  return { ...response, headers: [...response.headers, ...fields] };
}
