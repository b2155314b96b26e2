// How client commands reach a server: address and key, from flags or the environment.

import type { Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { UsageError } from "./command.js";

export interface ServerAddress {
  readonly url: string;
  /** As it goes into `authorization`; empty for a server in its open local mode. */
  readonly token: string;
}

export function serverAddress(
  values: { readonly url?: string | undefined; readonly "api-key"?: string | undefined },
  env: NodeJS.ProcessEnv = process.env,
): ServerAddress {
  const url = values.url ?? env["SUBITO_URL"] ?? "http://127.0.0.1:8080";
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new UsageError(`"${url}" is not the URL of a server; it looks like http://127.0.0.1:8080.`);
  }
  return { url: url.replace(/\/+$/, ""), token: values["api-key"] ?? env["SUBITO_API_KEY"] ?? "" };
}

/** Fields that every request carries. */
export function authorization(address: ServerAddress): Record<string, string> {
  return address.token === "" ? {} : { authorization: address.token };
}

export function grpcTransport(address: ServerAddress): Transport {
  return createGrpcTransport({
    baseUrl: address.url,
    interceptors: [
      (next) => (request) => {
        if (address.token !== "") request.header.set("authorization", address.token);
        return next(request);
      },
    ],
  });
}
