// Gives an open socket a fresh token before the one that it has ends, so that its subscriptions live on.

import type { Link } from "./link.js";
import type { Runtime } from "./runtime.js";
import type { TokenSource } from "./token-source.js";

export interface Renewal {
  /** The token that the socket lives by; undefined when it has none. */
  readonly token: string | undefined;
  /** The socket was authenticated with `token`, which ends at `expiresAt` (seconds since 1970; undefined: never). */
  start(link: Link, token: string, expiresAt: number | undefined): void;
  stop(): void;
}

/** At which part of what is left of its life a token is renewed: from here, and up to so much later, so that many clients do not come at once. */
const RENEW_AT = 0.7;
const RENEW_JITTER = 0.2;
/** Below so much time left another try is not worth it; the server ends the subscriptions, and they come back with a fresh token. */
const TRY_MS_MIN = 500;

export function createRenewal(runtime: Runtime, tokens: TokenSource): Renewal {
  let token: string | undefined;
  let cancel = (): void => undefined;
  /** Counts starts and stops: what a former one has begun does nothing more. */
  let turn = 0;

  function plan(link: Link, expiresAt: number | undefined): void {
    if (expiresAt === undefined || !tokens.isRenewable) return;
    const leftMs = expiresAt * 1000 - runtime.now();
    if (leftMs < TRY_MS_MIN) return;
    const mine = turn;
    const waitMs = leftMs * (RENEW_AT + RENEW_JITTER * runtime.random());
    cancel = runtime.setTimer(() => void renew(link, expiresAt, mine), waitMs);
  }

  async function renew(link: Link, expiresAt: number, mine: number): Promise<void> {
    let fresh: string;
    try {
      fresh = await tokens.renew();
    } catch {
      // The old one lives on for a while: time for another try.
      if (mine === turn) plan(link, expiresAt);
      return;
    }
    if (mine !== turn) return;
    link.request({ type: "renew_token", token: fresh }, (answer) => {
      if (mine !== turn) return;
      if (answer.type === "error") {
        tokens.drop(fresh);
        plan(link, expiresAt);
        return;
      }
      token = fresh;
      plan(link, answer.expires_at);
    });
  }

  return {
    get token() {
      return token;
    },
    start(link, first, expiresAt) {
      turn++;
      token = first;
      plan(link, expiresAt);
    },
    stop() {
      turn++;
      cancel();
      token = undefined;
    },
  };
}
