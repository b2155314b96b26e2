// Who is at the other end of a socket: the token of the handshake or of `authenticate`, looked at anew with each request.

import type { Authenticator, Peer } from "../../auth/authenticate.js";
import type { Principal } from "../../auth/principal.js";
import type { Awaitable } from "../../kernel/awaitable.js";
import { ServiceError } from "../../kernel/errors.js";

export class SocketCaller {
  readonly #authenticator: Authenticator;
  readonly #peer: Peer;
  #token: string | undefined;

  /** `token`: of the handshake; undefined or empty when it had none. */
  constructor(authenticator: Authenticator, peer: Peer, token: string | undefined) {
    this.#authenticator = authenticator;
    this.#peer = peer;
    this.#token = token === "" ? undefined : token;
  }

  get hasToken(): boolean {
    return this.#token !== undefined;
  }

  /** Who calls now: a token that has expired or was revoked meanwhile is refused, as everywhere. */
  authenticate(): Awaitable<Principal> {
    if (this.#token !== undefined) return this.#authenticator.authenticate(this.#token, this.#peer);
    try {
      return this.#authenticator.authenticate(undefined, this.#peer);
    } catch (error) {
      throw error instanceof ServiceError && error.code === "unauthenticated" ? mustAuthenticate() : error;
    }
  }

  /** Whose `token` is. */
  verify(token: string): Awaitable<Principal> {
    return this.#authenticator.authenticate(token, this.#peer);
  }

  /** From now on the caller is who `token` says; it was verified. */
  become(token: string): void {
    this.#token = token;
  }
}

function mustAuthenticate(): ServiceError {
  return new ServiceError(
    "unauthenticated",
    "An API key or token is needed: send it in a message authenticate.",
  );
}
