// Routes of the HTTP API, and the handler that picks among them.

import { ServiceError } from "../../kernel/errors.js";
import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
} from "../../rpc/http-message.js";
import { errorResponse } from "./error-map.js";
import { type QueryFields, checkQuery } from "./query.js";

/** One operation. `path` is made of literal segments and `{name}` segments. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** What its query may hold; the rest is refused before `handle`. */
  readonly query: QueryFields;
  /** Answers, or throws a ServiceError. `parameters` are the percent-decoded `{name}` segments, in order. */
  handle(request: HttpRequest, parameters: readonly string[]): Promise<HttpResponse> | HttpResponse;
}

interface CompiledRoute {
  readonly route: Route;
  readonly segments: readonly string[];
}

/** Builds the handler of the HTTP API. `onInternalError` hears of errors that are not the caller's doing. */
export function createHttpHandler(
  routes: readonly Route[],
  onInternalError: (error: ServiceError) => void,
): HttpHandler {
  const compiled = routes.map((route) => ({ route, segments: route.path.split("/") }));
  return async (request) => {
    try {
      return await pick(compiled, request);
    } catch (error) {
      const failure = ServiceError.from(error);
      if (failure.code === "internal") onInternalError(failure);
      return errorResponse(failure);
    }
  };
}

function pick(routes: readonly CompiledRoute[], request: HttpRequest): Promise<HttpResponse> | HttpResponse {
  const segments = request.path.split("/");
  const allowed: string[] = [];
  for (const { route, segments: pattern } of routes) {
    const parameters = match(pattern, segments);
    if (parameters === undefined) continue;
    const method = request.method === "HEAD" ? "GET" : request.method;
    if (route.method === method) {
      if (request.query.size > 0) checkQuery(request.query, route.query);
      if (isEncoded(route, request)) return unreadable();
      return route.handle(request, parameters.map(decodeSegment));
    }
    allowed.push(route.method);
  }
  if (allowed.length === 0)
    return jsonResponse(404, { code: "NotFound", message: "There is no such path here." });
  const message = `This path takes ${allowed.join(", ")}.`;
  return jsonResponse(405, { code: "MethodNotAllowed", message }, [["allow", allowed.join(", ")]]);
}

/** The bytes of the body are not what is meant: published as they are, subscribers would get something compressed. */
function isEncoded({ method }: Route, { metadata }: HttpRequest): boolean {
  if (method !== "POST" && method !== "PUT") return false;
  const encoding = metadata.get("content-encoding");
  return encoding !== undefined && encoding !== "" && encoding.toLowerCase() !== "identity";
}

/** What is taken in its place: RFC 9110 15.5.16. */
function unreadable(): HttpResponse {
  const message = "The body has a Content-Encoding: send it as it is, uncompressed.";
  return jsonResponse(415, { code: "UnsupportedMediaType", message }, [["accept-encoding", "identity"]]);
}

function match(pattern: readonly string[], segments: readonly string[]): string[] | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: string[] = [];
  for (let i = 0; i < pattern.length; i++) {
    if ((pattern[i] as string).startsWith("{")) parameters.push(segments[i] as string);
    else if (pattern[i] !== segments[i]) return undefined;
  }
  return parameters;
}

/** Names may hold anything, slashes too, percent-encoded. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new ServiceError("invalid_argument", "The path is not valid percent-encoded UTF-8.", { cause });
  }
}
