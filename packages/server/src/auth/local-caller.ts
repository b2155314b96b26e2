// Whether a request comes from this machine and from no stranger's web page: the condition of the open local mode.

import { isLoopbackHost, isLoopbackOrigin } from "./loopback-host.js";

/** What there is to go by in a request. */
export interface CallerTraits {
  /** Host or `:authority`. */
  readonly authority: string | undefined;
  readonly metadata: { get(name: string): string | undefined };
}

/**
 * True when the request names us as loopback, and no browser says that a page from elsewhere made it: by Origin, which comes with
 * every post, or by Sec-Fetch-Site (Fetch Metadata), which comes with all else.
 */
export function isLocalCaller({ authority, metadata }: CallerTraits): boolean {
  if (!isLoopbackHost(authority)) return false;
  const origin = metadata.get("origin");
  if (origin !== undefined) return isLoopbackOrigin(origin);
  return metadata.get("sec-fetch-site") !== "cross-site";
}
