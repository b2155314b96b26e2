// Calls to the server's HTTP API, and what it says when it refuses.

import { describeRefusedKey, describeUnreachable } from "./failure.js";
import { type HttpAnswer, type ServerAddress, askHttp } from "./server-connection.js";

/** One call; resolves to the JSON of the answer. Rejects with the server's reason when it refuses. */
export async function callApi(
  address: ServerAddress,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  let response: HttpAnswer;
  try {
    response = await askHttp(address, method, path, body);
  } catch (cause) {
    throw new Error(describeUnreachable(address.url, cause), { cause });
  }
  const answer = parseAnswer(response);
  if (response.status >= 400) {
    const reason = toReason(response, answer);
    throw new Error(response.status === 401 ? describeRefusedKey(reason) : reason);
  }
  return answer;
}

/** The whole list in `field` of the answers to GET `path`, page by page, each entry once. */
export async function listApi<E>(
  address: ServerAddress,
  path: string,
  field: string,
  idOf: (entry: E) => string,
): Promise<E[]> {
  const entries = new Map<string, E>();
  let query = "";
  for (;;) {
    const answer = (await callApi(address, "GET", `${path}${query}`)) as Readonly<Record<string, unknown>>;
    // An entry that goes between two pages makes the server begin again.
    for (const entry of answer[field] as E[]) entries.set(idOf(entry), entry);
    const next = answer["next_token"];
    if (typeof next !== "string") return [...entries.values()];
    query = `?next_token=${encodeURIComponent(next)}`;
  }
}

/** What an answer that refuses says, in words. */
export function tellRefusal(answer: HttpAnswer): string {
  try {
    return toReason(answer, parseAnswer(answer));
  } catch (error) {
    return (error as Error).message;
  }
}

interface Answer {
  readonly message?: string;
}

function toReason({ status }: HttpAnswer, { message }: Answer): string {
  return message ?? `The server answered ${status}.`;
}

function parseAnswer({ status, text }: HttpAnswer): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch (cause) {
    throw new Error(`What answered (${status}) is no Subito server.`, { cause });
  }
}
