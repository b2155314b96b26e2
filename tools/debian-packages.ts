// The Debian packages that parts of the test run need, and how to tell whether they are here.

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface DebianPackage {
  readonly name: string;
  /** What is skipped without it. */
  readonly neededFor: string;
  /** Looks for what the package brings; it may have come another way. */
  readonly isHere: () => boolean;
}

/** Debian keeps servers where only root's PATH looks. */
const serverFolders = ["/usr/sbin", "/usr/local/sbin"];

export const debianPackages: readonly DebianPackage[] = [
  { name: "curl", neededFor: "the README's lines to paste", isHere: () => hasProgram("curl") },
  {
    name: "protobuf-compiler",
    neededFor: "the check of the generated code",
    isHere: () => hasProgram("protoc"),
  },
  { name: "nghttp2-client", neededFor: "conformance with h2load, bench", isHere: () => hasProgram("h2load") },
  { name: "chromium", neededFor: "conformance with a browser", isHere: () => hasProgram("chromium") },
  { name: "redis-server", neededFor: "bench beside Redis", isHere: () => hasProgram("redis-server") },
  { name: "mosquitto", neededFor: "bench beside Mosquitto", isHere: () => hasProgram("mosquitto") },
  { name: "nginx-light", neededFor: "bench beside nchan", isHere: () => hasProgram("nginx") },
  {
    name: "libnginx-mod-nchan",
    neededFor: "bench beside nchan",
    isHere: () => existsSync("/usr/lib/nginx/modules/ngx_nchan_module.so"),
  },
  { name: "iproute2", neededFor: "conformance with API keys over TLS", isHere: () => hasProgram("ip") },
  { name: "python3-venv", neededFor: "conformance with the Python client and grpcio", isHere: canMakeVenv },
];

/** `apt-get` with these arguments installs `names`. */
export function toInstallArgs(names: readonly string[]): string[] {
  return ["install", "--yes", "--no-install-recommends", ...names];
}

/** True when `name` is a program that this user can run. */
export function hasProgram(name: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...serverFolders];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A Python without ensurepip, as Debian's is without python3-venv, makes environments that have no pip. */
function canMakeVenv(): boolean {
  return spawnSync("python3", ["-c", "import ensurepip, venv"], { stdio: "ignore" }).status === 0;
}
