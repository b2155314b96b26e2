// Keeps a server's certificate as its files have it: looks for changes, and takes over what is whole and fits together.

import type { Clock, Timer } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/log.js";
import { FILE_MASK, type FileMode, warnOfLooseMode } from "../../kernel/loose-mode.js";
import { type TlsCredentials, type TlsPem, parseTlsCredentials } from "./tls-credentials.js";

/** Where the PEM files are. */
export interface TlsFiles {
  /** Rejects with a sentence for the operator. */
  read(): Promise<TlsPem>;
  /** Of the private key; undefined where its group may read it and it is root's, which is how a key is shared. Never rejects. */
  keyMode(): Promise<FileMode | undefined>;
  /** A text that is another one when any of the files has changed in any way. Never rejects. */
  stamp(): Promise<string>;
}

export interface TlsReloaderOptions {
  readonly files: TlsFiles;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface TlsReloader {
  /** Those of the last good read. */
  readonly credentials: TlsCredentials;
  /** Hears of new ones. One listener. */
  onChange(listener: (credentials: TlsCredentials) => void): void;
  /** Reads the files now. Never rejects: what is wrong is logged, and the old credentials stay. */
  reload(): Promise<void>;
  /** Stops looking. */
  close(): void;
}

/**
 * How often the files are looked at. Looking finds every way of replacing a file, on every file system; watching does not (a
 * link in the middle of the path, network file systems).
 */
const LOOK_MS = 1000;

/** Reads the files and begins to look after them; rejects when they cannot be used. */
export async function startTlsReloader(options: TlsReloaderOptions): Promise<TlsReloader> {
  const stamp = await options.files.stamp();
  const credentials = parseTlsCredentials(await options.files.read());
  const keyMode = await options.files.keyMode();
  if (keyMode !== undefined) warnOfLooseMode(options.log, keyMode, FILE_MASK);
  return new FileReloader(options, stamp, credentials);
}

class FileReloader implements TlsReloader {
  readonly #options: TlsReloaderOptions;
  readonly #timer: Timer;
  #onChange: ((credentials: TlsCredentials) => void) | undefined;
  #credentials: TlsCredentials;
  /** Of the files that were read last, whether they were good or not. */
  #readStamp: string;
  /** At the last look. */
  #seenStamp: string;
  /** Reads happen one after the other, so that an older one never wins. */
  #reading: Promise<void> = Promise.resolve();
  #looking = false;
  #closed = false;

  constructor(options: TlsReloaderOptions, stamp: string, credentials: TlsCredentials) {
    this.#options = options;
    this.#credentials = credentials;
    this.#readStamp = stamp;
    this.#seenStamp = stamp;
    this.#warnOfEnd(credentials);
    this.#timer = options.clock.every(LOOK_MS, () => void this.#look());
  }

  get credentials(): TlsCredentials {
    return this.#credentials;
  }

  onChange(listener: (credentials: TlsCredentials) => void): void {
    this.#onChange = listener;
  }

  reload(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read());
    return this.#reading;
  }

  close(): void {
    this.#closed = true;
    this.#timer.cancel();
  }

  /** Files are read when they have been the same for two looks: the certificate and the key are seldom written in one moment. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const stamp = await this.#options.files.stamp();
    const isSettled = stamp === this.#seenStamp;
    this.#seenStamp = stamp;
    if (isSettled && stamp !== this.#readStamp && !this.#closed) await this.reload();
    this.#looking = false;
  }

  async #read(): Promise<void> {
    const { files, log } = this.#options;
    try {
      // The stamp first: what changes during the read is seen at the next look.
      this.#readStamp = await files.stamp();
      const credentials = parseTlsCredentials(await files.read());
      if (this.#closed) return;
      this.#credentials = credentials;
      this.#onChange?.(credentials);
      log.info({ names: credentials.names, validTo: toDate(credentials) }, "the certificate was read again");
      this.#warnOfEnd(credentials);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ reason }, "the new certificate cannot be used; the old one stays");
    }
  }

  #warnOfEnd(credentials: TlsCredentials): void {
    if (credentials.validToMs > this.#options.clock.nowMs()) return;
    this.#options.log.warn({ validTo: toDate(credentials) }, "the certificate is no longer valid");
  }
}

function toDate({ validToMs }: TlsCredentials): string {
  return new Date(validToMs).toISOString();
}
