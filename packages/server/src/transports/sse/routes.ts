// GET /sse: topics as streams of events, for EventSource (docs/reference/sse.md).

import { authorizeSubscribe } from "../../auth/authorize.js";
import { ServiceError } from "../../kernel/errors.js";
import type { HttpRequest, HttpResponse } from "../../rpc/http-message.js";
import type { Topics } from "../../topics/topics.js";
import type { HttpCaller } from "../http/caller.js";
import type { QueryFields } from "../http/query.js";
import type { Route } from "../http/routes.js";
import { parseCursors } from "./cursors.js";
import { EventStream } from "./event-stream.js";

export interface SseRoutesOptions {
  readonly topics: Topics;
  readonly caller: HttpCaller;
  /** Topics of one stream. */
  readonly topicsPerStreamMax: number;
}

const STREAM_FIELDS = { last_event_id: "once", token: "once" } as const satisfies QueryFields;

export function createSseRoutes(options: SseRoutesOptions): Route[] {
  return [
    {
      method: "GET",
      path: "/sse/{cacheName}/{topicName}",
      query: STREAM_FIELDS,
      handle: (request, [cacheName = "", topicName = ""]) =>
        open(options, request, cacheName, () => [topicName]),
    },
    {
      method: "GET",
      path: "/sse/{cacheName}",
      query: { topic: "repeated", ...STREAM_FIELDS },
      handle: (request, [cacheName = ""]) =>
        open(options, request, cacheName, () => pickTopics(request, options.topicsPerStreamMax)),
    },
  ];
}

/** Answers when every subscription has begun: after that nothing can be refused by a status any more. */
async function open(
  { topics, caller }: SseRoutesOptions,
  request: HttpRequest,
  cacheName: string,
  pick: () => readonly string[],
): Promise<HttpResponse> {
  const principal = await caller.authenticate(request);
  const names = pick();
  // A browser that comes back sends the URL of the first time too: what it has seen since counts.
  const id = request.metadata.get("last-event-id") ?? request.query.get("last_event_id") ?? undefined;
  const cursors = parseCursors(id, names.length);
  const grants = names.map((name) => authorizeSubscribe(principal, cacheName, name));
  const stream = new EventStream(names.length);
  const begun = await Promise.allSettled(
    stream.sinks.map(async (sink, i) =>
      topics.subscribe(grants[i] as (typeof grants)[0], cursors[i] as (typeof cursors)[0], sink),
    ),
  );
  const subscriptions = begun.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  const failed = begun.find((one) => one.status === "rejected");
  if (failed !== undefined) {
    for (const subscription of subscriptions) subscription.close();
    throw failed.reason;
  }
  stream.follow(subscriptions);
  return {
    status: 200,
    // What stands between is not to gather a stream, nor to keep an answer.
    headers: [
      ["content-type", "text/event-stream"],
      ["cache-control", "no-store"],
      ["x-accel-buffering", "no"],
    ],
    body: stream,
  };
}

function pickTopics({ query }: HttpRequest, topicsMax: number): readonly string[] {
  const names = query.getAll("topic");
  if (names.length === 0 || names.length > topicsMax) {
    throw new ServiceError("invalid_argument", `Give one to ${topicsMax} topics, each in a ?topic=.`);
  }
  if (new Set(names).size < names.length) {
    throw new ServiceError("invalid_argument", "A topic is in the URL twice.");
  }
  return names;
}
