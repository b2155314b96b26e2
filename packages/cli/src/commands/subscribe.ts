// `subito subscribe CACHE TOPIC`: prints items as they come, and goes on by itself after a lost connection.

import { type TopicClient, type TopicDiscontinuity, TopicItem, TopicSubscribe } from "@subito/sdk";
import {
  CLIENT_OPTIONS_HELP,
  type Command,
  UsageError,
  clientOptions,
  parseCommandLine,
} from "../command.js";
import { describeFailure, describeFailureOf } from "../failure.js";
import { print } from "../output.js";
import { toPrintableLines } from "../printable.js";
import { serverAddress } from "../server-connection.js";
import { createTopicClient } from "../topic-client.js";

const HELP = `subito subscribe CACHE TOPIC

Prints each item, as it is, and a line feed after it, until it is stopped (Ctrl+C); binary ones in base64. A terminal
gets escapes in place of control characters. A lost connection is taken up again where it ended; what cannot be had any
more, or has waited too long for the reader of standard output, is told on standard error.

  --json             print a line of JSON for each: page, sequence, text or base64 binary, publisher id; for
                     discontinuities too
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
    if (values.page !== undefined && values.from === undefined) {
      throw new UsageError("--page says in which page --from counts: give --from too.");
    }
    const wish: Wish = {
      ...{ cacheName, topic },
      sequence: parseNumber("--from", values.from ?? "0"),
      page: parseNumber("--page", values.page ?? "0"),
      count: values.count === undefined ? Infinity : parseNumber("--count", values.count),
      json: values.json === true,
    };
    const address = serverAddress(values);
    const client = createTopicClient(address);
    try {
      if (wish.count > 0) await describeFailureOf(address.url, () => printItems(client, address.url, wish));
    } finally {
      client.close();
    }
    return 0;
  },
};

/** Resolves after the last item; rejects with what ends the subscription for good. What has never worked is told at once. */
async function printItems(client: TopicClient, url: string, wish: Wish): Promise<void> {
  const { cacheName, topic } = wish;
  const subscription = await client.subscribe(cacheName, topic, {
    resumeAtTopicSequenceNumber: wish.sequence,
    resumeAtTopicSequencePage: wish.page,
    onConnectionLost: (error) => tell(`${describeFailure(error, url)} Trying again.`),
  });
  if (subscription instanceof TopicSubscribe.Error) throw subscription.innerException();
  tell(`subscribed to ${topic} in ${cacheName}`);
  let itemsLeft = wish.count;
  let page = wish.page;
  // Printed one after the other: what comes while the reader of standard output is slow waits in the SDK's queue, which is bounded.
  for await (const event of subscription.events()) {
    if (event instanceof TopicItem) {
      await printItem(event, wish.json);
      page = event.sequencePage();
      if (--itemsLeft <= 0) return;
    } else {
      await printDiscontinuity(event, page, wish.json);
      page = event.newSequencePage();
    }
  }
}

function printItem(item: TopicItem, json: boolean): Promise<void> {
  const value = item.value();
  const isText = typeof value === "string";
  const text = isText ? value : Buffer.from(value).toString("base64");
  if (!json) return print(`${process.stdout.isTTY ? toPrintableLines(text) : text}\n`);
  const fields = {
    page: item.sequencePage(),
    sequence: item.sequenceNumber(),
    [isText ? "text" : "binary"]: text,
    publisherId: item.tokenId() ?? "",
  };
  return print(`${JSON.stringify(fields)}\n`);
}

/** `pageBefore`: 0 when no item has come, and --page has named none. */
async function printDiscontinuity(
  discontinuity: TopicDiscontinuity,
  pageBefore: number,
  json: boolean,
): Promise<void> {
  const last = discontinuity.lastSequenceNumber();
  const next = discontinuity.newSequenceNumber();
  const page = discontinuity.newSequencePage();
  if (json) await print(`${JSON.stringify({ discontinuity: { last, new: next, page } })}\n`);
  else if ((pageBefore === 0 || page === pageBefore) && next > last) {
    tell(`items ${last + 1} to ${next} are lost.`);
  } else {
    tell(
      `the topic's numbers have begun anew after item ${last}; what came in between, if anything, is lost. ` +
        `Going on after ${next} (page ${page}).`,
    );
  }
}

function tell(text: string): void {
  process.stderr.write(`subito: ${toPrintableLines(text)}\n`);
}

/** Larger numbers than JSON can carry are as unknown to every topic as the largest that it can. */
function parseNumber(flag: string, text: string): number {
  if (!/^\d{1,19}$/.test(text))
    throw new UsageError(`${flag} takes a whole number.\nSee \`subito subscribe --help\`.`);
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}
