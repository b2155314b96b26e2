// Makes gen/ from proto/: `npm run generate --workspace @subito/wire`. Needs protoc (Debian: protobuf-compiler).

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const protoDir = join(here, "proto");

/** Where the committed code is. */
export const genDir = join(here, "gen");

/** True when protoc can be started here. */
export function hasProtoc() {
  return spawnSync("protoc", ["--version"]).status === 0;
}

function pluginPath() {
  const manifest = createRequire(import.meta.url).resolve("@bufbuild/protoc-gen-es/package.json");
  return join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin["protoc-gen-es"]);
}

/** Writes the code of every proto file into `outDir`, in place of what was there. Throws what protoc says when it fails. */
export function generate(outDir) {
  const protos = readdirSync(protoDir).filter((name) => name.endsWith(".proto"));
  rmSync(outDir, { recursive: true, force: true });
  mkdirSync(outDir, { recursive: true });
  const { status, error, stderr } = spawnSync(
    "protoc",
    [
      `--plugin=protoc-gen-es=${pluginPath()}`,
      `--proto_path=${protoDir}`,
      `--es_out=${outDir}`,
      "--es_opt=target=js+dts,import_extension=js",
      ...protos.sort(),
    ],
    { encoding: "utf8" },
  );
  if (error !== undefined)
    throw new Error("protoc cannot be started (Debian: protobuf-compiler)", { cause: error });
  if (status !== 0) throw new Error(`protoc failed: ${stderr}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generate(genDir);
