// Which offer of permessage-deflate is taken (RFC 7692 5.1, 7.1): any that lets messages be compressed without context.

const NAME = "permessage-deflate";
const NO_CONTEXT = `${NAME}; server_no_context_takeover; client_no_context_takeover`;

/** The value of Sec-WebSocket-Extensions in the answer; undefined: no offer can be taken. */
export function negotiateDeflate(offers: string | undefined): string | undefined {
  for (const offer of offers?.split(",") ?? []) {
    const answer = answerTo(offer);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function answerTo(offer: string): string | undefined {
  const [name, ...parameters] = offer.split(";").map((part) => part.trim());
  if (name !== NAME) return undefined;
  const seen = new Map<string, string | undefined>();
  for (const parameter of parameters) {
    const [, key = "", value] = /^([a-z_]+)(?:\s*=\s*"?(\d{1,2})"?)?$/.exec(parameter) ?? [];
    if (seen.has(key) || !isValid(key, value)) return undefined;
    seen.set(key, value);
  }
  return seen.has("server_max_window_bits") ? `${NO_CONTEXT}; server_max_window_bits=15` : NO_CONTEXT;
}

function isValid(key: string, value: string | undefined): boolean {
  switch (key) {
    case "server_no_context_takeover":
    case "client_no_context_takeover":
      return value === undefined;
    case "client_max_window_bits":
      return value === undefined || (Number(value) >= 8 && Number(value) <= 15);
    case "server_max_window_bits":
      // What is compressed is the same for all, with the usual window.
      return value === "15";
    default:
      return false;
  }
}
