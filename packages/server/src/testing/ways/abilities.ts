// What each way can do for a page, and the test that shows it: the table of docs/guides/browsers.md is this list.

import { WAYS } from "./suite.js";

/** As the table calls them, with the way of the suite that each is. */
export const COLUMNS = {
  "gRPC-Web (`sdk-web`)": "gRPC-Web in base64",
  WebSocket: "WebSocket",
  SSE: "SSE",
  "long poll": "long poll",
} as const;

export type Column = keyof typeof COLUMNS;

/** A test: its file, from the root of the repository, and its title there. */
export interface Proof {
  readonly file: string;
  readonly title: string;
}

export interface Ability {
  readonly name: string;
  /** Without a proof the way does not have it. */
  readonly proofs: Readonly<Partial<Record<Column, Proof>>>;
}

const columns = Object.keys(COLUMNS) as Column[];
const suite = "packages/server/src/integration/ways";
const integration = "packages/server/src/integration";

const wayOf = (column: Column) => WAYS.find(({ name }) => name === COLUMNS[column]);

/** Of a test that all ways pass. */
function all(name: string, file: string, title: string): Ability {
  const proofs = columns
    .filter((column) => wayOf(column) !== undefined)
    .map((column) => [column, { file: `${suite}/${file}`, title: `onEveryWay("${title}"` }]);
  return { name, proofs: Object.fromEntries(proofs) as Ability["proofs"] };
}

/** Of a test that all ways pass which publish. */
function publishers(name: string, file: string, title: string): Ability {
  const proofs = columns
    .filter((column) => wayOf(column)?.publish !== undefined)
    .map((column) => [column, { file: `${suite}/${file}`, title: `onEveryWayToPublish("${title}"` }]);
  return { name, proofs: Object.fromEntries(proofs) as Ability["proofs"] };
}

/** Of tests with one way each; files are below `packages/server/src/integration`, or begin with `conformance/`. */
function some(
  name: string,
  proofs: Readonly<Partial<Record<Column, readonly [file: string, title: string]>>>,
): Ability {
  const entries = Object.entries(proofs).map(([column, [file, title]]) => [
    column,
    { file: file.startsWith("conformance/") ? file : `${integration}/${file}`, title },
  ]);
  return { name, proofs: Object.fromEntries(entries) as Ability["proofs"] };
}

const GRPC_WEB = "gRPC-Web (`sdk-web`)";

export const ABILITIES: readonly Ability[] = [
  all("subscribe", "delivery.test.ts", "items come live, in order, each once"),
  publishers("publish", "delivery.test.ts", "publishes text and bytes, empty ones and of 1 MiB"),
  all("binary values", "delivery.test.ts", "text comes as text and bytes as bytes, unchanged"),
  some("binary values without base64", {
    WebSocket: ["websocket.test.ts", "binary goes both ways as it is, and reaches the other wires"],
  }),
  all("who has published", "delivery.test.ts", "an item has the id of its publisher, or none"),
  all(
    "go on where it was",
    "resume.test.ts",
    "goes on after hard cuts while items are published, none lost and none twice",
  ),
  some("goes on by itself", {
    [GRPC_WEB]: ["conformance/web/web.test.mjs", "goes on where it was when the network has been away"],
    SSE: ["conformance/chromium/sse.test.mjs", "EventSource goes on by itself when the network is cut"],
    WebSocket: [
      "conformance/chromium/websocket.test.mjs",
      "goes on where it was when the network is cut and comes back: ${kind}",
    ],
  }),
  all("discontinuities", "resume.test.ts", "what the ring has lost meanwhile is told, with its numbers"),
  all(
    "slow readers",
    "resume.test.ts",
    "a slow reader is told what the ring has lost, and gets all the rest",
  ),
  all("told why it ends", "endings.test.ts", "the token expires"),
  some("many topics on one connection", {
    WebSocket: [
      "websocket.test.ts",
      "hundreds of subscriptions on one socket get each their item, and only that",
    ],
    SSE: ["ways/connections.test.ts", "thirty-two topics in one event stream"],
  }),
  some("many subscriptions on one connection of HTTP/2", {
    [GRPC_WEB]: ["conformance/web/web.test.mjs", "has fifty subscriptions in one page, over TLS"],
    SSE: ["ways/connections.test.ts", "fifty event streams on one connection of HTTP/2"],
    "long poll": ["ways/connections.test.ts", "fifty long polls on one connection of HTTP/2"],
  }),
  some("token in the header `Authorization`, from a page", {
    [GRPC_WEB]: ["ways/tokens.test.ts", "gRPC-Web from another origin with the token in a header"],
    "long poll": ["ways/tokens.test.ts", "a long poll from another origin with the token in a header"],
  }),
  some("token in the URL", {
    WebSocket: [
      "websocket.test.ts",
      "the handshake may bring the token; a wrong one, or an origin that may not, is refused in it",
    ],
    SSE: ["ways/tokens.test.ts", "an event stream with the token in its URL"],
    "long poll": ["ways/tokens.test.ts", "a long poll with the token in its URL"],
  }),
  some("token renewed in place", {
    WebSocket: [
      "websocket.test.ts",
      "when a token expires its subscriptions end; a renewed one goes on without a gap",
    ],
  }),
  some("heartbeats that the page sees", {
    [GRPC_WEB]: [
      "grpc-web.test.ts",
      "a subscription begins with a heartbeat, and gets items as they are published",
    ],
    WebSocket: [
      "conformance/chromium/hostile-pages.test.mjs",
      "what is no message is answered with an error, and the socket stays",
    ],
  }),
  some("works behind a proxy without `Upgrade`", {
    [GRPC_WEB]: ["ways/proxies.test.ts", "works behind a proxy that knows of no upgrade"],
    SSE: ["ways/proxies.test.ts", "works behind a proxy that knows of no upgrade"],
    "long poll": ["ways/proxies.test.ts", "works behind a proxy that knows of no upgrade"],
  }),
  some("works behind a proxy that keeps answers back", {
    "long poll": [
      "ways/proxies.test.ts",
      "works behind a proxy that keeps answers back until they are whole",
    ],
  }),
];
