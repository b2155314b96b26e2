// The one socket of a client: opened for the first subscription, taken up again when it is lost, closed a while after the last one.

import { createBackoff } from "./backoff.js";
import { SdkError, fromServer, isPassing, toSdkError } from "./errors.js";
import { Feed } from "./feed.js";
import { Link } from "./link.js";
import type { ServerMessage } from "./messages.js";
import type { Receiver } from "./receiver.js";
import { type Renewal, createRenewal } from "./renewal.js";
import type { Settings } from "./settings.js";
import type { TokenSource } from "./token-source.js";

export class Session {
  readonly #settings: Settings;
  readonly #tokens: TokenSource;
  readonly #renewal: Renewal;
  readonly #feeds = new Map<string, Feed>();
  /** The next wait between tries to connect, or to subscribe on a socket that works. */
  readonly #backoff: () => number;
  /** `waiting` for the next try, `token` before the socket, `open` from its beginning, `ready` when it is authenticated. */
  #phase: "idle" | "waiting" | "token" | "open" | "ready" = "idle";
  #link: Link | undefined;
  /** A try was refused for its token since the last one that worked. */
  #isTokenRefused = false;
  /** Counts the tries to connect: what belongs to an earlier one is left alone. */
  #tries = 0;
  #cancelWait: () => void = () => undefined;
  #cancelIdle: () => void = () => undefined;
  #stopOnline: (() => void) | undefined;

  constructor(settings: Settings, tokens: TokenSource) {
    this.#settings = settings;
    this.#tokens = tokens;
    this.#backoff = createBackoff(settings.reconnect, settings.runtime);
    this.#renewal = createRenewal(settings.runtime, tokens);
  }

  /** Adds a local subscription, and opens the socket when it is the first. */
  join(cache: string, topic: string, receiver: Receiver): void {
    const key = toKey(cache, topic);
    const known = this.#feeds.get(key);
    const feed = known ?? new Feed(key, cache, topic);
    this.#feeds.set(key, feed);
    this.#cancelIdle();
    const isBehind = feed.join(receiver);
    const link = this.#readyLink;
    if (link === undefined) this.#start();
    else if (isBehind) {
      feed.leave(link);
      this.#ask(feed, link);
    } else if (known === undefined) this.#ask(feed, link);
  }

  /** Takes a local subscription away; the last one of a topic takes the topic off the wire. */
  leave(cache: string, topic: string, receiver: Receiver): void {
    const key = toKey(cache, topic);
    const feed = this.#feeds.get(key);
    if (feed?.receivers.delete(receiver) !== true || feed.receivers.size > 0) return;
    this.#feeds.delete(key);
    const link = this.#readyLink;
    if (link !== undefined) feed.leave(link);
    if (this.#feeds.size > 0) return;
    if (link === undefined) this.#stop();
    else this.#cancelIdle = this.#settings.runtime.setTimer(() => this.#stop(), this.#settings.idleMs);
  }

  /** Ends every subscription, with `error` when that was not asked for, and the socket. */
  end(error?: SdkError): void {
    const feeds = [...this.#feeds.values()];
    this.#feeds.clear();
    this.#stop();
    for (const feed of feeds) feed.down(error, true);
  }

  get #readyLink(): Link | undefined {
    return this.#phase === "ready" ? this.#link : undefined;
  }

  #start(): void {
    this.#stopOnline ??= this.#settings.runtime.onOnline(() => this.#wake());
    if (this.#phase === "idle") void this.#connect();
  }

  #stop(): void {
    this.#tries++;
    this.#isTokenRefused = false;
    this.#drop("idle");
    this.#cancelIdle();
    this.#stopOnline?.();
    this.#stopOnline = undefined;
  }

  /** The platform sees a network: what was waited for may be there now, and what seems alive may be dead. */
  #wake(): void {
    if (this.#phase === "waiting") void this.#connect();
    else this.#link?.check();
  }

  async #connect(): Promise<void> {
    const number = ++this.#tries;
    this.#drop("token");
    try {
      const { WebSocket } = this.#settings;
      if (WebSocket === undefined) {
        throw new SdkError("INVALID_ARGUMENT_ERROR", "There is no global WebSocket.");
      }
      const token = await this.#tokens.get();
      if (number !== this.#tries) return;
      this.#phase = "open";
      const link = new Link(this.#settings, WebSocket, {
        onOpen: () => this.#authenticate(link, token),
        onNotice: (message) => this.#notice(message),
        onPong: () => this.#heartbeat(),
        onClose: (error) => this.#lost(error),
      });
      this.#link = link;
    } catch (thrown) {
      if (number === this.#tries) this.#fail(toSdkError(thrown, "CONNECTION_ERROR"));
    }
  }

  #authenticate(link: Link, token: string): void {
    if (token === "") {
      this.#ready(link);
      return;
    }
    link.request({ type: "authenticate", token }, (answer) => {
      if (answer.type !== "error") {
        this.#renewal.start(link, token, answer.expires_at);
        this.#ready(link);
        return;
      }
      const error = fromServer(answer);
      const isToken = error.errorCode() === "AUTHENTICATION_ERROR";
      const mayHaveEnded = isToken && this.#tokens.isRenewable && !this.#isTokenRefused;
      this.#isTokenRefused = isToken;
      if (isToken) this.#tokens.drop(token);
      // The one at hand may have ended long ago; the fresh one after it has to do.
      if (mayHaveEnded) void this.#connect();
      else this.#fail(error);
    });
  }

  #ready(link: Link): void {
    this.#isTokenRefused = false;
    this.#phase = "ready";
    for (const feed of this.#feeds.values()) this.#ask(feed, link);
  }

  #ask(feed: Feed, link: Link): void {
    feed.ask(link, (error) => this.#refuse(feed, error));
  }

  #notice(message: ServerMessage): void {
    // Other types may come with later versions of the server, and without these.
    const { cache, topic } = message as Partial<ServerMessage>;
    const feed = this.#feeds.get(toKey(cache ?? "", topic ?? ""));
    if (message.type === "item") feed?.item(message);
    else if (message.type === "discontinuity") feed?.discontinuity(message);
    else if (message.type === "ended" && feed?.isLive === true) {
      this.#refuse(feed, fromServer(message));
    }
  }

  /** The server has refused or ended a subscription. */
  #refuse(feed: Feed, error: SdkError): void {
    const { token } = this.#renewal;
    if (error.errorCode() === "AUTHENTICATION_ERROR" && this.#tokens.isRenewable && token !== undefined) {
      // The token has ended: a new socket with a fresh one, for all topics.
      this.#tokens.drop(token);
      this.#lost(error);
    } else if (isPassing(error)) {
      this.#wait(() => this.#askAgain());
      feed.down(error, false);
    } else {
      this.#feeds.delete(feed.key);
      feed.down(error, true);
    }
  }

  #askAgain(): void {
    const link = this.#readyLink;
    if (link !== undefined) for (const feed of this.#feeds.values()) if (feed.isDown) this.#ask(feed, link);
  }

  #heartbeat(): void {
    for (const feed of [...this.#feeds.values()]) {
      if (feed.isLive) for (const receiver of [...feed.receivers]) receiver.heartbeat();
    }
  }

  /** A try has failed. */
  #fail(error: SdkError): void {
    if (isPassing(error)) this.#lost(error);
    else this.end(error);
  }

  /** The socket is gone, or did not come about: whoever has worked before comes back after a while. */
  #lost(error: SdkError): void {
    this.#drop("waiting");
    this.#wait(() => void this.#connect());
    for (const feed of [...this.#feeds.values()]) feed.down(error, false);
    if (this.#feeds.size === 0) this.#stop();
  }

  #wait(run: () => void): void {
    this.#cancelWait();
    this.#cancelWait = this.#settings.runtime.setTimer(run, this.#backoff());
  }

  #drop(phase: "idle" | "waiting" | "token"): void {
    this.#phase = phase;
    this.#cancelWait();
    this.#renewal.stop();
    this.#link?.close();
    this.#link = undefined;
  }
}

/** Names may hold anything, so the cache's length goes before it. */
function toKey(cache: string, topic: string): string {
  return `${cache.length}:${cache}${topic}`;
}
