// Origins of web pages as they are configured, made into what browsers send: they are compared as texts.

/** The value that says which they are: scheme, host and port, and nothing behind (RFC 6454 6.1). */
const ORIGIN = /^https?:\/\/[^\s/,?#@\\]+$/i;

/** What a text of origins, with commas between them, holds; or what such a text should have been. */
export type ParsedOrigins =
  | { readonly origins: ReadonlySet<string> }
  /** Goes on with "takes …". */
  | { readonly takes: string };

const TAKES = "all, none, or origins such as https://app.example.com with commas between them";

/** Host and port as browsers write them: in lower case, without the default port, names in other letters as xn--. */
export function parseOrigins(text: string): ParsedOrigins {
  const origins = new Set<string>();
  for (const one of text.split(",")) {
    if (one.includes("*")) {
      return { takes: `${TAKES}; no * within one: each origin is listed, or all are taken with all` };
    }
    if (!ORIGIN.test(one) || !URL.canParse(one)) return { takes: TAKES };
    origins.add(new URL(one).origin);
  }
  return { origins };
}
