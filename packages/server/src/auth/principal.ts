// Who is calling, and what they may do, as plain data.

/** One thing that a principal may do. */
export type Permission = { readonly kind: "super_user" };

export interface Principal {
  /** `local`: nobody in particular, on this machine, in open mode. `api_key`: who holds the key `id`. */
  readonly kind: "local" | "api_key";
  /** The key's id; empty for `local`. */
  readonly id: string;
  /** The token's own id, which goes on what it publishes; empty when it has none, as API keys have. */
  readonly tokenId: string;
  readonly permissions: readonly Permission[];
  /** When it stops being valid; absent: never. */
  readonly expiresAtMs?: number;
}

export const SUPER_USER: readonly Permission[] = [{ kind: "super_user" }];

export const LOCAL_PRINCIPAL: Principal = { kind: "local", id: "", tokenId: "", permissions: SUPER_USER };
