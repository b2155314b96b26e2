// What a client is made with: its options, their defaults, and what the parts inside are given of them.

import type { BackoffOptions } from "./backoff.js";
import type { Credentials } from "./credential-provider.js";
import { type Runtime, platformRuntime } from "./runtime.js";
import type { TopicConfiguration } from "./topic-configurations.js";

/** The events of a WebSocket as far as they are looked at. */
export interface SocketEvent {
  readonly type: string;
  /** Of `message`. */
  readonly data?: unknown;
  /** Of `close`. */
  readonly code?: number;
  readonly reason?: string;
  /** Of `error`, in Node. */
  readonly message?: string;
  readonly error?: unknown;
}

/** What is used of a WebSocket: the global one has it, and that of the package `ws`. */
export interface SocketLike {
  binaryType: string;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(
    type: "open" | "message" | "close" | "error",
    listener: (event: SocketEvent) => void,
  ): void;
}

export type SocketConstructor = new (url: string, protocols: string) => SocketLike;

/** What is used of `fetch`. */
export type FetchLike = (url: string, init: FetchInit) => Promise<FetchAnswer>;
export interface FetchInit {
  readonly method: "POST";
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
}
export interface FetchAnswer {
  readonly ok: boolean;
  readonly status: number;
  text(): Promise<string>;
}

/** Times in milliseconds. */
export interface Timing {
  /** The waits between tries to connect or subscribe again: base 250, cap 15,000, stable 25,000. */
  readonly reconnect: BackoffOptions;
  /** When nothing has come for so long, a `ping` is sent: 20,000. */
  readonly pingIntervalMs: number;
  /** A socket is given up when nothing comes for so long after a `ping`, or after its opening was begun: 10,000. */
  readonly pingTimeoutMs: number;
  /** How long the socket stays open without subscriptions: 10,000. */
  readonly idleMs: number;
  /** A publish that is not answered by then ends with TIMEOUT_ERROR: 5,000. */
  readonly publishTimeoutMs: number;
}

/** One of `credentialProvider` and `url` is needed; the rest has defaults. */
export interface TopicClientProps {
  /** Where the server is and with which token it is called: one of ours, or of Momento's Web SDK. */
  readonly credentialProvider?: Credentials;
  readonly configuration?: TopicConfiguration;
  /** Where the server is, such as `https://topics.example.com`; goes before the endpoint of `credentialProvider`. */
  readonly url?: string;
  /**
   * Gets a token, bare or in base64, from your back end. It is called before the first use, before the token ends, and when the server refuses the
   * one at hand; goes before the token of `credentialProvider`. What it throws is taken for a passing fault.
   */
  readonly getToken?: () => string | Promise<string>;
  /** Default: the global one. */
  readonly fetch?: FetchLike;
  /** Default: the global one. Node 20 has none: give that of the package `ws`. */
  readonly WebSocket?: SocketConstructor;
  readonly timing?: Partial<Timing>;
  /** How many items, and bytes of their values, wait for a slow iterator: 1,000 and 16 MiB. */
  readonly bufferItemsMax?: number;
  readonly bufferBytesMax?: number;
  /** For tests. */
  readonly runtime?: Runtime;
}

export interface Settings extends Timing {
  /** Without a slash at the end. */
  readonly url: string;
  readonly fetch: FetchLike;
  readonly WebSocket: SocketConstructor | undefined;
  readonly bufferItemsMax: number;
  readonly bufferBytesMax: number;
  readonly runtime: Runtime;
}

export function toSettings(props: TopicClientProps, url: string): Settings {
  return {
    reconnect: { baseMs: 250, capMs: 15_000, stableMs: 25_000 },
    pingIntervalMs: 20_000,
    pingTimeoutMs: 10_000,
    idleMs: 10_000,
    publishTimeoutMs: 5_000,
    ...props.timing,
    url,
    // Browsers want their own `fetch` called without an object before it.
    fetch: props.fetch ?? ((address, init) => fetch(address, init)),
    WebSocket: props.WebSocket ?? (globalThis as { WebSocket?: SocketConstructor }).WebSocket,
    bufferItemsMax: props.bufferItemsMax ?? 1000,
    bufferBytesMax: props.bufferBytesMax ?? 16 * 1024 * 1024,
    runtime: props.runtime ?? platformRuntime,
  };
}
