// Under which names a running server is reached: for the banner, and in API keys.

import type { Config } from "../config/config.js";
import type { Listener } from "../transports/listener/listener.js";
import { findEndpointName, findHostName } from "../transports/listener/tls-credentials.js";
import type { TlsReloader } from "../transports/listener/tls-reloader.js";

const HTTPS_PORT = 443;

/** What the API keys carry: as configured, or what SDKs can use with the certificate, or the address that clients on this machine use. */
export function toEndpoint(
  config: Config,
  listener: Listener,
  certificates: TlsReloader | undefined,
): string {
  if (config.endpoint !== undefined) return config.endpoint;
  const { port, tlsPort } = listener;
  const name = certificates && findEndpointName(certificates.credentials);
  if (name !== undefined) return tlsPort === HTTPS_PORT ? name : `${name}:${tlsPort}`;
  return `${bracket(localHost(config.host))}:${port ?? tlsPort}`;
}

/** Where clients on this machine reach a server that listens on `host`. */
function localHost(host: string): string {
  return host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
}

function bracket(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** What a client on this machine connects to; undefined where a port is off. */
export function toUrls(
  config: Config,
  { port, tlsPort }: Listener,
  certificates: TlsReloader | undefined,
): { readonly url: string | undefined; readonly tlsUrl: string | undefined } {
  const host = localHost(config.host);
  return {
    url: port === undefined ? undefined : `http://${bracket(host)}:${port}`,
    tlsUrl: certificates && `https://${bracket(findHostName(certificates.credentials, host))}:${tlsPort}`,
  };
}
