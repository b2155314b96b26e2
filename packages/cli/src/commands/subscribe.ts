// `subito subscribe CACHE TOPIC`: prints items as they come, and goes on by itself after a lost connection.

import type { TopicClient, TopicDiscontinuity, TopicItem } from "@subito/sdk";
import {
  CLIENT_OPTIONS_HELP,
  type Command,
  UsageError,
  clientOptions,
  parseCommandLine,
} from "../command.js";
import { describeFailure } from "../failure.js";
import { serverAddress } from "../server-connection.js";
import { createTopicClient } from "../topic-client.js";

const HELP = `subito subscribe CACHE TOPIC

Prints each item on a line of its own until it is stopped (Ctrl+C). A lost connection is taken up again where it
ended; what cannot be had any more is told on standard error.

  --json             print JSON: page, sequence, text or base64 binary, publisher id; discontinuities too
  --count N          stop after N items
  --from SEQUENCE    begin with this sequence number rather than with what comes now
  --page PAGE        the sequence page that --from belongs to
${CLIENT_OPTIONS_HELP}
`;

const options = {
  ...clientOptions,
  json: { type: "boolean" },
  count: { type: "string" },
  from: { type: "string" },
  page: { type: "string" },
} as const;

/** What the command line asks for. */
interface Wish {
  readonly cacheName: string;
  readonly topic: string;
  readonly sequence: number;
  readonly page: number;
  /** How many items are printed before it ends. */
  readonly count: number;
  readonly json: boolean;
}

export const subscribe: Command = {
  name: "subscribe",
  usage: "subscribe CACHE TOPIC",
  summary: "print the items of a topic as they come",
  async run(argv) {
    const { values, positionals } = parseCommandLine("subscribe", argv, options);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const [cacheName, topic, ...more] = positionals;
    if (cacheName === undefined || topic === undefined || more.length > 0) {
      throw new UsageError("subscribe takes a cache and a topic.\nSee `subito subscribe --help`.");
    }
    const wish: Wish = {
      ...{ cacheName, topic },
      sequence: parseNumber("--from", values.from ?? "0"),
      page: parseNumber("--page", values.page ?? "0"),
      count: values.count === undefined ? Infinity : parseNumber("--count", values.count),
      json: values.json === true,
    };
    const client = createTopicClient(serverAddress(values));
    try {
      if (wish.count > 0) await printItems(client, wish);
    } finally {
      client.close();
    }
    return 0;
  },
};

/** Resolves after the last item; rejects with what ends the subscription for good. What has never worked is told at once. */
function printItems(client: TopicClient, wish: Wish): Promise<void> {
  const { cacheName, topic, json } = wish;
  let itemsLeft = wish.count;
  return new Promise((resolve, reject) => {
    client
      .subscribe(cacheName, topic, {
        resumeAtTopicSequenceNumber: wish.sequence,
        resumeAtTopicSequencePage: wish.page,
        onItem(item) {
          if (itemsLeft <= 0) return;
          printItem(item, json);
          itemsLeft--;
          if (itemsLeft <= 0) resolve();
        },
        onDiscontinuity: (discontinuity) => printDiscontinuity(discontinuity, json),
        onConnectionLost: (error) =>
          process.stderr.write(`subito: ${describeFailure(error)} Trying again.\n`),
        onError: (error) => reject(error.innerException()),
      })
      .then(() => process.stderr.write(`subito: subscribed to ${topic} in ${cacheName}\n`), reject);
  });
}

function printItem(item: TopicItem, json: boolean): void {
  const value = item.value();
  const isText = typeof value === "string";
  const text = isText ? value : Buffer.from(value).toString("base64");
  const fields = {
    page: item.sequencePage(),
    sequence: item.sequenceNumber(),
    [isText ? "text" : "binary"]: text,
    publisherId: item.tokenId() ?? "",
  };
  process.stdout.write(json ? `${JSON.stringify(fields)}\n` : `${text}\n`);
}

function printDiscontinuity(discontinuity: TopicDiscontinuity, json: boolean): void {
  const last = discontinuity.lastSequenceNumber();
  const next = discontinuity.newSequenceNumber();
  const page = discontinuity.newSequencePage();
  if (json) process.stdout.write(`${JSON.stringify({ discontinuity: { last, new: next, page } })}\n`);
  else process.stderr.write(`subito: items after ${last} are gone; going on after ${next} (page ${page}).\n`);
}

/** Larger numbers than JSON can carry are as unknown to every topic as the largest that it can. */
function parseNumber(flag: string, text: string): number {
  if (!/^\d{1,19}$/.test(text))
    throw new UsageError(`${flag} takes a whole number.\nSee \`subito subscribe --help\`.`);
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}
