// How client commands reach a server: address, key and trust, from flags or the environment.

import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
import type { Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { UsageError } from "./command.js";
import { type TlsTrust, readTrust } from "./tls-trust.js";

/** How long an answer may take: a person at a terminal waits longer than a program. */
export const ANSWER_TIMEOUT_MS = 20_000;

export interface ServerAddress {
  readonly url: string;
  /** As it goes into `authorization`; empty for a server in its open local mode. */
  readonly token: string;
  readonly tls: TlsTrust;
}

/** The values of clientOptions. */
export interface ConnectionFlags {
  readonly url?: string | undefined;
  readonly "api-key"?: string | undefined;
  readonly ca?: string | undefined;
  readonly "client-cert"?: string | undefined;
  readonly "client-key"?: string | undefined;
}

/** Throws UsageError for what cannot be used. */
export function serverAddress(
  values: ConnectionFlags,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ServerAddress {
  const url = values.url ?? env["SUBITO_URL"] ?? "http://127.0.0.1:8080";
  if (!isServerUrl(url)) {
    throw new UsageError(
      `That is not the URL of a server; it looks like http://127.0.0.1:8080, without more.`,
    );
  }
  if (values["api-key"]?.trim() === "") throw new UsageError("--api-key is empty. Is a variable unset?");
  const tls = readTrust({
    ca: values.ca ?? env["SUBITO_CA"],
    clientCert: values["client-cert"] ?? env["SUBITO_CLIENT_CERT"],
    clientKey: values["client-key"] ?? env["SUBITO_CLIENT_KEY"],
  });
  return {
    url: url.replace(/\/+$/, ""),
    token: parseToken(values["api-key"] ?? env["SUBITO_API_KEY"] ?? ""),
    tls,
  };
}

/** With a path, a query or a password it is none; and is not shown, since it may have a key in it. */
function isServerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, host, href } = new URL(text);
  return /^https?:$/.test(protocol) && href === `${protocol}//${host}/`;
}

/** What cannot stand in a header is refused here, and not shown: it may be a key and more. */
function parseToken(text: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]*$/.test(token)) return token;
  throw new UsageError(
    "What --api-key or SUBITO_API_KEY gives is no API key: it has spaces, or characters beyond ASCII.",
  );
}

/** Fields that every request carries. */
export function authorization(address: ServerAddress): Record<string, string> {
  return address.token === "" ? {} : { authorization: address.token };
}

export function grpcTransport(address: ServerAddress): Transport {
  return createGrpcTransport({
    baseUrl: address.url,
    defaultTimeoutMs: ANSWER_TIMEOUT_MS,
    nodeOptions: address.tls,
    interceptors: [
      (next) => (request) => {
        if (address.token !== "") request.header.set("authorization", address.token);
        return next(request);
      },
    ],
  });
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** What is sent besides method and path. */
export interface HttpBody {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly signal?: AbortSignal;
}

/** One HTTP/1.1 request; rejects when the server cannot be reached. (`fetch` takes neither a CA nor a client certificate.) */
export function sendHttp(tls: TlsTrust, method: string, url: string, rest: HttpBody): Promise<HttpAnswer> {
  const { headers = {}, body, signal } = rest;
  const options = {
    method,
    headers,
    agent: false as const,
    ...(signal === undefined ? {} : { signal }),
    ...tls,
  };
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? requestHttps : requestHttp;
    const request = send(url, options, (response) => {
      text(response).then((whole) => resolve({ status: response.statusCode ?? 0, text: whole }), reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** One request to the HTTP API, in JSON. */
export function askHttp(
  address: ServerAddress,
  method: string,
  path: string,
  body?: unknown,
): Promise<HttpAnswer> {
  return sendHttp(address.tls, method, `${address.url}${path}`, {
    headers: { ...authorization(address), "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
}
