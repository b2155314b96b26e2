// What an HTTP/1.1 request asks for, and of whom.

import type { IncomingMessage } from "node:http";
import { type HttpRequest, splitTarget } from "../../rpc/http-message.js";

/** A target may name the host itself, as for a proxy: then Host does not count (RFC 9112 3.2.2). */
export function parseTarget({
  url = "",
  headers,
}: IncomingMessage): Pick<HttpRequest, "path" | "query" | "authority"> {
  const [, authority, rest = ""] = /^https?:\/\/([^/?]*)(.*)$/i.exec(url) ?? [];
  if (authority === undefined) return { ...splitTarget(url), authority: headers.host };
  return { ...splitTarget(rest.startsWith("/") ? rest : `/${rest}`), authority };
}

/** Node takes the first of several, and a proxy before us might take another (RFC 9112 3.2). */
export function countHosts({ rawHeaders }: IncomingMessage): number {
  return rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host").length;
}

/** The first value of a field, by its name in lower case. */
export function fieldOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
