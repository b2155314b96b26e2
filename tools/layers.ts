// Who may import whom: the table as data. tidy.test.ts holds the source to it, and ARCHITECTURE.md shows it.

/** One row of the table: a folder or a file of the source, and what it may import besides itself. */
export interface Layer {
  /** How the table and the messages call it. */
  readonly name: string;
  /** From the root of the repository; a folder ends in "/". The longest path that matches a file is its layer. */
  readonly path: string;
  /** Names of layers from which values and types may come. */
  readonly imports: readonly string[];
  /** Names of layers from which only types may come. */
  readonly typesFrom?: readonly string[];
  /** Builtins (`node:fs`) and packages of others (`pino`); `*` at the end stands for the rest of the name. */
  readonly outside: readonly string[];
  /** May `import()` what is found at run time: nothing of it can be checked. */
  readonly computedImports?: true;
}

const serverRoot = "packages/server/src/";

/** Every layer inside the server may import this one. */
export const kernelName = "kernel";

/** `Buffer` is how bytes are handled everywhere, so that it needs no row. */
export const outsideForAll: readonly string[] = ["node:buffer"];

export const layers: readonly Layer[] = [
  {
    name: kernelName,
    path: `${serverRoot}kernel/`,
    imports: [],
    outside: ["node:crypto", "node:fs", "node:net", "node:os", "node:perf_hooks", "node:v8", "pino"],
  },
  { name: "ports", path: `${serverRoot}ports/`, imports: [], outside: [] },
  { name: "auth", path: `${serverRoot}auth/`, imports: ["ports"], outside: ["node:crypto", "jose"] },
  { name: "topics", path: `${serverRoot}topics/`, imports: ["ports"], outside: [] },
  { name: "control", path: `${serverRoot}control/`, imports: ["ports", "auth"], outside: [] },
  { name: "metering", path: `${serverRoot}metering/`, imports: ["ports"], outside: [] },
  { name: "config", path: `${serverRoot}config/`, imports: [], outside: ["node:util"] },
  {
    name: "rpc",
    path: `${serverRoot}rpc/`,
    imports: [],
    typesFrom: ["websocket"],
    outside: ["node:util", "node:zlib"],
  },
  { name: "rpc/grpc", path: `${serverRoot}rpc/grpc/`, imports: ["rpc", "http2"], outside: [] },
  {
    name: "transports/listener",
    path: `${serverRoot}transports/listener/`,
    imports: ["rpc", "rpc/grpc", "http2", "websocket"],
    outside: ["node:crypto", "node:fs", "node:http", "node:net", "node:tls"],
  },
  {
    name: "tls files",
    path: `${serverRoot}transports/listener/tls-files.ts`,
    imports: [],
    typesFrom: ["transports/listener"],
    outside: ["node:fs/promises"],
  },
  {
    name: "transports/grpc",
    path: `${serverRoot}transports/grpc/`,
    imports: ["auth", "topics", "control", "rpc", "rpc/grpc", "wire", "ports"],
    outside: ["@bufbuild/protobuf", "@bufbuild/protobuf/wire"],
  },
  // What every way that speaks JSON says in the same words.
  {
    name: "transports/json",
    path: `${serverRoot}transports/json/`,
    imports: [],
    typesFrom: ["ports", "topics"],
    outside: [],
  },
  {
    name: "transports/http",
    path: `${serverRoot}transports/http/`,
    imports: ["auth", "topics", "control", "rpc", "ports", "transports/json"],
    outside: [],
  },
  // Routes of the HTTP API, in a room of their own: of it they know what a route is.
  {
    name: "transports/sse",
    path: `${serverRoot}transports/sse/`,
    imports: ["auth", "topics", "rpc", "transports/json"],
    typesFrom: ["ports", "transports/http"],
    outside: [],
  },
  {
    name: "transports/websocket",
    path: `${serverRoot}transports/websocket/`,
    imports: ["auth", "topics", "ports", "transports/json", "websocket"],
    typesFrom: ["rpc"],
    outside: [],
  },
  {
    name: "engines/embedded",
    path: `${serverRoot}engines/embedded/`,
    imports: ["ports"],
    outside: ["node:fs/promises", "node:net", "node:path"],
  },
  {
    name: "composition",
    path: `${serverRoot}composition/`,
    imports: [
      "auth",
      "topics",
      "control",
      "metering",
      "config",
      "rpc",
      "transports/listener",
      "engines/embedded",
      "http2",
      "websocket",
    ],
    typesFrom: ["ports"],
    outside: [],
  },
  {
    name: "server.ts",
    path: `${serverRoot}server.ts`,
    imports: [
      "composition",
      "ports",
      "auth",
      "topics",
      "control",
      "metering",
      "config",
      "rpc",
      "transports/listener",
      "tls files",
      "transports/grpc",
      "transports/http",
      "transports/sse",
      "transports/websocket",
      "engines/embedded",
    ],
    outside: [],
  },
  {
    name: "main.ts",
    path: `${serverRoot}main.ts`,
    imports: ["config", "server.ts"],
    outside: ["node:path"],
  },
  { name: "http2", path: "packages/http2/src/", imports: [], outside: [] },
  { name: "websocket", path: "packages/websocket/src/", imports: [], outside: ["node:crypto", "node:zlib"] },
  { name: "sdk", path: "packages/sdk/src/", imports: [], outside: [] },
  { name: "wire", path: "packages/wire/gen/", imports: [], outside: ["@bufbuild/protobuf*"] },
  {
    name: "cli",
    path: "packages/cli/src/",
    imports: ["cli serve", "cli x509", "sdk", "wire"],
    outside: ["@bufbuild/protobuf", "@connectrpc/*", "node:*", "ws"],
  },
  {
    name: "cli x509",
    path: "packages/cli/src/certificates/x509.ts",
    imports: [],
    outside: ["asn1js", "node:crypto", "node:net", "pkijs"],
  },
  {
    name: "cli serve",
    path: "packages/cli/src/commands/serve.ts",
    imports: ["cli", "main.ts"],
    outside: ["node:*"],
  },
  { name: "fuzz", path: "packages/fuzz/src/", imports: ["fuzz targets"], outside: ["typescript", "node:*"] },
  // Loads the targets that it finds.
  {
    name: "fuzz targets",
    path: "packages/fuzz/src/targets.ts",
    imports: ["fuzz"],
    outside: ["node:*"],
    computedImports: true,
  },
  { name: "tools", path: "tools/", imports: [], outside: ["typescript", "node:*"] },
];

/** Started by name rather than imported, and not named by the `exports` of a package. */
export const entryPoints: readonly string[] = [
  "packages/cli/src/main.ts",
  "packages/fuzz/src/instrument-hooks.ts",
  "packages/fuzz/src/main.ts",
  "packages/fuzz/src/worker.ts",
  "tools/test-all.ts",
  "tools/test-unit.ts",
  "tools/tidy.test.ts",
  "tools/write-import-table.ts",
];

/** The layer of `path`, or undefined when no row covers it. */
export function findLayer(path: string, table: readonly Layer[] = layers): Layer | undefined {
  return table
    .filter((layer) => (layer.path.endsWith("/") ? path.startsWith(layer.path) : path === layer.path))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

/** The table as ARCHITECTURE.md shows it, between its two marks. */
export function toMarkdownTable(table: readonly Layer[] = layers): string {
  const rows = table.map((layer) => {
    const types = (layer.typesFrom ?? []).map((name) => `${name} (types)`);
    const outside = layer.outside.map((name) => `\`${name}\``);
    return `| ${layer.name} | ${toCell([...layer.imports, ...types])} | ${toCell(outside)} |`;
  });
  return ["| layer | may import | and of outside |", "|---|---|---|", ...rows].join("\n");
}

function toCell(names: readonly string[]): string {
  return names.length === 0 ? "–" : names.join(", ");
}
