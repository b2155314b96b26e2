// `subito subscribe CACHE TOPIC`: prints items as they come, and goes on by itself after a lost connection.

import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { Pubsub, type _SubscriptionItem } from "@subito/wire/cachepubsub";
import {
  CLIENT_OPTIONS_HELP,
  type Command,
  UsageError,
  clientOptions,
  parseCommandLine,
} from "../command.js";
import { describeFailure } from "../failure.js";
import { grpcTransport, serverAddress } from "../server-connection.js";

const HELP = `subito subscribe CACHE TOPIC

Prints each item on a line of its own until it is stopped (Ctrl+C). A lost connection is taken up again where it
ended; what cannot be had any more is told on standard error.

  --json             print JSON: page, sequence, text or base64 binary, publisher id; discontinuities too
  --count N          stop after N items
  --from SEQUENCE    begin with this sequence number rather than with what comes now
  --page PAGE        the sequence page that --from belongs to
${CLIENT_OPTIONS_HELP}
`;

const RETRY_MS_MIN = 200;
const RETRY_MS_MAX = 5000;

const options = {
  ...clientOptions,
  json: { type: "boolean" },
  count: { type: "string" },
  from: { type: "string" },
  page: { type: "string" },
} as const;

/** Where the subscription stands: the next item it wants. */
interface Cursor {
  sequence: bigint;
  page: bigint;
}

interface Progress extends Cursor {
  itemsLeft: number;
  retryMs: number;
  /** The person at the terminal has been told that it works. */
  told: boolean;
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
    const progress: Progress = {
      sequence: parseNumber("--from", values.from ?? "0"),
      page: parseNumber("--page", values.page ?? "0"),
      itemsLeft: values.count === undefined ? Infinity : Number(parseNumber("--count", values.count)),
      retryMs: RETRY_MS_MIN,
      told: false,
    };
    const client = createClient(Pubsub, grpcTransport(serverAddress(values)));
    while (progress.itemsLeft > 0) {
      try {
        const stream = client.subscribe({
          cacheName,
          topic,
          resumeAtTopicSequenceNumber: progress.sequence,
          sequencePage: progress.page,
        });
        for await (const message of stream) {
          if (!progress.told) process.stderr.write(`subito: subscribed to ${topic} in ${cacheName}\n`);
          progress.told = true;
          show(message, progress, values.json === true);
          if (progress.itemsLeft <= 0) break;
        }
      } catch (error) {
        await waitBeforeRetry(error, progress);
      }
    }
    return 0;
  },
};

/** Rethrows what another try cannot mend. */
async function waitBeforeRetry(error: unknown, progress: Progress): Promise<void> {
  // What has never worked is told at once.
  if (!(error instanceof ConnectError) || !isPassing(error) || !progress.told) throw error;
  process.stderr.write(`subito: ${describeFailure(error)} Trying again.\n`);
  // Full jitter, so that many subscribers do not come back at one moment.
  await sleep(Math.random() * progress.retryMs);
  progress.retryMs = Math.min(progress.retryMs * 2, RETRY_MS_MAX);
}

function isPassing(error: ConnectError): boolean {
  return [Code.Unavailable, Code.Aborted, Code.Internal, Code.Unknown, Code.Canceled].includes(error.code);
}

function show(message: _SubscriptionItem, progress: Progress, json: boolean): void {
  progress.retryMs = RETRY_MS_MIN;
  const { kind } = message;
  switch (kind.case) {
    case "item": {
      const { topicSequenceNumber: sequence, sequencePage: page, value, publisherId } = kind.value;
      progress.sequence = sequence + 1n;
      progress.page = page;
      progress.itemsLeft--;
      const content = value?.kind;
      const text =
        content?.case === "binary" ? Buffer.from(content.value).toString("base64") : (content?.value ?? "");
      const fields = {
        page: Number(page),
        sequence: Number(sequence),
        [content?.case ?? "text"]: text,
        publisherId,
      };
      process.stdout.write(json ? `${JSON.stringify(fields)}\n` : `${text}\n`);
      break;
    }
    case "discontinuity": {
      const { lastTopicSequence: last, newTopicSequence: next, newSequencePage: page } = kind.value;
      progress.sequence = next + 1n;
      progress.page = page;
      const fields = { discontinuity: { last: Number(last), new: Number(next), page: Number(page) } };
      if (json) process.stdout.write(`${JSON.stringify(fields)}\n`);
      else
        process.stderr.write(
          `subito: items after ${last} are gone; going on after ${next} (page ${page}).\n`,
        );
      break;
    }
    case "heartbeat":
    case undefined:
      break;
  }
}

function parseNumber(flag: string, text: string): bigint {
  if (!/^\d{1,19}$/.test(text))
    throw new UsageError(`${flag} takes a whole number.\nSee \`subito subscribe --help\`.`);
  return BigInt(text);
}
