// Whether a request names this machine as loopback: what keeps web pages of strangers out of the open local mode
// (DNS rebinding, drive-by posts).

import { isLoopbackAddress } from "../kernel/loopback.js";

// Longer than any name in DNS with brackets and port: not worth looking at.
const HOST_LENGTH_MAX = 262;

// One of: [IPv6], or a name or IPv4 address; then a port, which may be empty (RFC 3986, 3.2.3).
const HOST_AND_PORT = /^(?:\[([0-9A-Fa-f:]+)\]|([0-9A-Za-z.-]+))(?::\d{0,5})?$/;

/**
 * True when `host` (a Host header or `:authority`, with or without port) is `localhost`, a name under `.localhost` (RFC 6761, 6.3),
 * 127.0.0.0/8 or [::1]. False when absent.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined || host.length > HOST_LENGTH_MAX) return false;
  const match = HOST_AND_PORT.exec(host);
  if (match === null) return false;
  const [, ipv6, other] = match;
  if (ipv6 !== undefined) return isLoopbackAddress(ipv6);
  if (other === undefined) return false;
  // A dot at the end only says that the name is complete.
  const name = other.endsWith(".") ? other.slice(0, -1) : other;
  return isLoopbackAddress(name) || /[0-9a-z]\.localhost$/i.test(name);
}

/** True when a page with this `Origin` came from loopback, over http or https. `null` and other schemes did not. */
export function isLoopbackOrigin(origin: string): boolean {
  const match = /^https?:\/\/([^/]*)$/.exec(origin);
  return match !== null && isLoopbackHost(match[1]);
}
