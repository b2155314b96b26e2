// The names that a server's certificate needs, so that every SDK finds its own among them.

import { isIP } from "node:net";
import { UsageError } from "../command.js";

/** What SDKs and HTTP clients put before the endpoint of a key (wire-contract.md 1.1). */
export const SDK_LABELS = ["cache", "control", "token"] as const;
const OTHER_LABELS = ["web.cache", "web.control", "web.token", "api.cache", "storage"] as const;

/** Of this machine, so that the certificate is good for tests whatever the endpoint is. */
const LOCAL_NAMES = ["localhost", "127.0.0.1", "::1"] as const;

const LABEL = "[0-9A-Za-z_](?:[0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?";
const DNS_NAME = new RegExp(`^(?:${LABEL}\\.)*${LABEL}$`);
/** The longest label before it, `web.control.`, must still fit into a name of 253 characters. */
const ENDPOINT_LENGTH_MAX = 241;

/** Throws UsageError when SDKs could not put their labels before it. */
export function parseEndpoint(text: string): string {
  if (/:\d+$/.test(text) && isIP(text) === 0) {
    throw new UsageError("--endpoint takes a name without a port: certificates are for names.");
  }
  if (isIP(text) !== 0 || /^[0-9.]+$/.test(text)) {
    throw new UsageError("--endpoint takes a name, not an address: SDKs put cache. and control. before it.");
  }
  if (!DNS_NAME.test(text) || text.length > ENDPOINT_LENGTH_MAX) {
    throw new UsageError(`--endpoint takes the name of a host, not ${JSON.stringify(text)}.`);
  }
  return text.toLowerCase();
}

/** A further name: of a host, of all hosts below one (`*.example.test`), or an IP address. Throws UsageError. */
export function parseName(text: string): string {
  const isName = DNS_NAME.test(text.replace(/^\*\./, "")) && text.length <= 253 && !/^[0-9.]+$/.test(text);
  if (isIP(text) !== 0 ? text.includes("%") : !isName) {
    throw new UsageError(
      `--name takes the name of a host, *.NAME, or an IP address, not ${JSON.stringify(text)}.`,
    );
  }
  return text.toLowerCase();
}

export function namesFor(endpoint: string, more: readonly string[]): string[] {
  const labels = [...SDK_LABELS, ...OTHER_LABELS];
  const names = [
    endpoint,
    ...labels.map((label) => `${label}.${endpoint}`),
    // Clients differ in whether they take a wildcard right below a name without dots; there the list above has to do.
    `*.${endpoint}`,
    ...LOCAL_NAMES,
    ...more,
  ];
  return [...new Set(names)];
}
