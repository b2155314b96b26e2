// Publish by POST and subscribe by long poll (wire-contract.md 7.1).

import { isUtf8 } from "node:buffer";
import { authorizePublish, authorizeSubscribe } from "../../auth/authorize.js";
import type { Clock } from "../../kernel/clock.js";
import { ServiceError } from "../../kernel/errors.js";
import type { Turn } from "../../kernel/turn.js";
import type { HttpRequest, HttpResponse } from "../../rpc/http-message.js";
import type { Topics } from "../../topics/topics.js";
import type { HttpCaller } from "./caller.js";
import { LongPoll, PollAnswers } from "./long-poll.js";
import { type QueryFields, TOKEN } from "./query.js";
import type { Route } from "./routes.js";

export interface TopicRoutesOptions {
  readonly topics: Topics;
  readonly caller: HttpCaller;
  readonly turn: Turn;
  readonly clock: Clock;
  /** How long a poll waits for an item before it answers with none. */
  readonly pollTimeoutMs: number;
}

const PATH = "/topics/{cacheName}/{topicName}";
const POLL_FIELDS: QueryFields = { sequence_number: "once", sequence_page: "once", ...TOKEN };

export function createTopicRoutes(options: TopicRoutesOptions): Route[] {
  const answers = new PollAnswers();
  return [
    {
      method: "POST",
      path: PATH,
      query: TOKEN,
      handle: (request, names) => publish(options, request, names),
    },
    {
      method: "GET",
      path: PATH,
      query: POLL_FIELDS,
      handle: (request, names) => poll(options, answers, request, names),
    },
  ];
}

async function publish(
  { topics, caller }: TopicRoutesOptions,
  request: HttpRequest,
  [cacheName = "", topicName = ""]: readonly string[],
): Promise<HttpResponse> {
  const principal = await caller.authenticate(request);
  const grant = authorizePublish(principal, cacheName, topicName);
  const contentType = request.metadata.get("content-type")?.toLowerCase() ?? "";
  // Browsers and curl send types of their own choosing: only what says that it is binary is.
  const kind = contentType.startsWith("application/octet-stream") ? "binary" : "text";
  if (kind === "text" && !isUtf8(request.body)) {
    throw new ServiceError(
      "invalid_argument",
      "The text is not valid UTF-8; send binary as application/octet-stream.",
    );
  }
  await topics.publish(grant, { kind, value: request.body });
  return { status: 204, headers: [], body: new Uint8Array(0) };
}

async function poll(
  { topics, caller, turn, clock, pollTimeoutMs }: TopicRoutesOptions,
  answers: PollAnswers,
  request: HttpRequest,
  [cacheName = "", topicName = ""]: readonly string[],
): Promise<HttpResponse> {
  const cursor = {
    sequence: parsePosition(request, "sequence_number"),
    page: parsePosition(request, "sequence_page"),
  };
  const principal = await caller.authenticate(request);
  const grant = authorizeSubscribe(principal, cacheName, topicName);
  const waiting = new LongPoll(turn, answers);
  const subscription = await topics.subscribe(grant, cursor, waiting);
  const timer = clock.after(pollTimeoutMs, () => waiting.finish());
  request.onAborted(() => waiting.abandon());
  try {
    return await waiting.response(subscription);
  } finally {
    timer.cancel();
    subscription.close();
  }
}

/** A whole number from the query; 0 when it is absent. */
function parsePosition(request: HttpRequest, name: string): number {
  const text = request.query.get(name) ?? "0";
  const value = Number(text);
  if (!/^\d{1,20}$/.test(text)) throw new ServiceError("invalid_argument", `${name} is not a whole number.`);
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}
