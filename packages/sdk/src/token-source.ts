// The token that the client calls with: from the credential provider for good, or from `getToken`, kept until it is refused.

import { SdkError, toSdkError } from "./errors.js";

export interface TokenSource {
  /** Whether another token can be had in place of one that is refused. */
  readonly isRenewable: boolean;
  /** The token at hand, or a fresh one when there is none. Rejects with SdkError: SERVER_UNAVAILABLE when `getToken` failed in its own way. */
  get(): Promise<string>;
  /** A fresh one, in place of the one at hand when it is there. Calls that wait at one time get the same. Rejects as `get`. */
  renew(): Promise<string>;
  /** Forgets `token`, if it is the one at hand. */
  drop(token: string): void;
}

export function createTokenSource(
  fixed: string,
  getToken: (() => string | Promise<string>) | undefined,
): TokenSource {
  let atHand = getToken === undefined ? fixed : undefined;
  let coming: Promise<string> | undefined;

  async function fetchToken(): Promise<string> {
    try {
      // What the user's function returns is checked: it is often a field of JSON.
      const token: unknown = await getToken?.();
      if (typeof token !== "string" || token === "") {
        throw new SdkError("AUTHENTICATION_ERROR", "getToken gave no token.");
      }
      return (atHand = token);
    } catch (thrown) {
      throw toSdkError(thrown, "SERVER_UNAVAILABLE");
    } finally {
      coming = undefined;
    }
  }

  const renew = (): Promise<string> => (coming ??= fetchToken());
  return {
    isRenewable: getToken !== undefined,
    get: () => (atHand === undefined ? renew() : Promise.resolve(atHand)),
    renew,
    drop(token) {
      if (token === atHand && getToken !== undefined) atHand = undefined;
    },
  };
}
