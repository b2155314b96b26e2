// A request's header list, checked against RFC 9113 section 8 and made easy to read.

import type { HeaderBlock } from "./hpack/header-block.js";

/** A well-formed request header list. Immutable; the same object comes back for a block that HPACK remembered. */
export class RequestHeaders {
  readonly method: string;
  /** Empty for CONNECT. */
  readonly scheme: string;
  /** Empty for CONNECT. */
  readonly path: string;
  /** `:authority`, or the Host field where that is absent; undefined when there is neither. */
  readonly authority: string | undefined;
  /** Declared body length, or -1. */
  readonly contentLengthBytes: number;
  /** Regular fields: name0, value0, name1, value1 … */
  readonly fields: readonly string[];
  /** For the consumer: what it derived from this list. */
  memo: unknown = undefined;

  constructor(
    pseudo: { method: string; scheme: string; path: string; authority: string | undefined },
    fields: readonly string[],
    contentLengthBytes: number,
  ) {
    this.method = pseudo.method;
    this.scheme = pseudo.scheme;
    this.path = pseudo.path;
    this.contentLengthBytes = contentLengthBytes;
    this.fields = fields;
    this.authority = pseudo.authority ?? this.get("host");
  }

  /** The value of the first field of this (lower-case) name. */
  get(name: string): string | undefined {
    const fields = this.fields;
    for (let i = 0; i < fields.length; i += 2) {
      if (fields[i] === name) return fields[i + 1];
    }
    return undefined;
  }
}

/** Why a header list is malformed: a stream error PROTOCOL_ERROR (RFC 9113 8.1.1). */
export class MalformedHeaders {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Fields about one connection, which HTTP/2 does not have (RFC 9113 8.2.2). */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

// RFC 9113 8.2.1: field names are lower-case tokens; values hold no NUL, CR or LF and no white space at their ends.
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const BAD_VALUE = /[\0\r\n]|^[ \t]|[ \t]$/;

/** Reads a request header block; the outcome is remembered on the block. */
export function parseRequestHeaders(block: HeaderBlock): RequestHeaders | MalformedHeaders {
  const known = block.memo;
  if (known instanceof RequestHeaders || known instanceof MalformedHeaders) return known;
  const parsed = parse(block.fields);
  block.memo = parsed;
  return parsed;
}

function parse(list: readonly string[]): RequestHeaders | MalformedHeaders {
  const pseudo = new Map<string, string>();
  let at = 0;
  for (; at < list.length && (list[at] as string).startsWith(":"); at += 2) {
    const name = list[at] as string;
    const value = list[at + 1] as string;
    if (pseudo.has(name)) return new MalformedHeaders(`${name} twice`);
    if (BAD_VALUE.test(value)) return new MalformedHeaders(`${name} holds a forbidden character`);
    pseudo.set(name, value);
  }
  const fields = at === 0 ? list : list.slice(at);
  const fault = pseudoFault(pseudo) ?? fieldsFault(fields);
  if (fault !== undefined) return new MalformedHeaders(fault);
  const contentLengthBytes = parseContentLength(fields);
  if (contentLengthBytes === undefined) return new MalformedHeaders("content-length is not one number");
  return new RequestHeaders(
    {
      method: pseudo.get(":method") ?? "",
      scheme: pseudo.get(":scheme") ?? "",
      path: pseudo.get(":path") ?? "",
      authority: pseudo.get(":authority"),
    },
    fields,
    contentLengthBytes,
  );
}

/** RFC 9113 8.3.1, and 8.5 for CONNECT. */
function pseudoFault(pseudo: ReadonlyMap<string, string>): string | undefined {
  for (const name of pseudo.keys()) {
    if (name !== ":method" && name !== ":scheme" && name !== ":path" && name !== ":authority") {
      return `${name} is not a request pseudo-header`;
    }
  }
  if (!pseudo.get(":method")) return "no :method";
  if (pseudo.get(":method") === "CONNECT") {
    const complete = pseudo.get(":authority") && !pseudo.has(":scheme") && !pseudo.has(":path");
    return complete ? undefined : "CONNECT takes :authority only";
  }
  if (!pseudo.get(":scheme")) return "no :scheme";
  if (!pseudo.get(":path")) return "no :path";
  return undefined;
}

function fieldsFault(fields: readonly string[]): string | undefined {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    if (!NAME.test(name)) return "a field name that is not a lower-case token";
    if (BAD_VALUE.test(value)) return `${name} holds a forbidden character`;
    if (CONNECTION_FIELDS.has(name)) return `${name} does not exist in HTTP/2`;
    if (name === "te" && value !== "trailers") return "te may only be trailers";
  }
  return undefined;
}

/** The declared length; -1 when there is none; undefined when it is not one number (RFC 9110 8.6). */
function parseContentLength(fields: readonly string[]): number | undefined {
  let text: string | undefined;
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== "content-length") continue;
    if (text !== undefined && text !== fields[i + 1]) return undefined;
    text = fields[i + 1];
  }
  if (text === undefined) return -1;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Trailers: regular fields only (RFC 9113 8.1). Returns what is wrong, or undefined. */
export function trailersFault(block: HeaderBlock): string | undefined {
  return fieldsFault(block.fields);
}
