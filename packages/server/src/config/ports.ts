// Which ports are opened, plaintext and TLS, out of the flags that belong together.

import { isLoopbackAddress } from "../kernel/loopback.js";
import { environmentName, NO_PORT, type OptionFlag } from "./options.js";

export interface TlsConfig {
  readonly port: number;
  /** Paths of PEM files. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Clients must bring a certificate of one of these CAs; undefined: none is asked for. */
  readonly clientCaFile: string | undefined;
}

export interface Ports {
  /** Undefined: no plaintext port. */
  readonly port: number | undefined;
  readonly tls: TlsConfig | undefined;
  /** A sentence for everything that does not go together. */
  readonly problems: readonly string[];
}

const DEFAULT_PORT = "8080";
/** TLS is on when all of them are given. */
const TLS_FLAGS = ["tls-port", "tls-cert", "tls-key"] as const;

/** `text` gives the value of an option; empty when it was not given. */
export function parsePorts(text: (flag: OptionFlag) => string): Ports {
  const problems: string[] = [];
  const given = TLS_FLAGS.filter((flag) => text(flag) !== "");
  const missing = TLS_FLAGS.filter((flag) => text(flag) === "");
  if (given.length > 0 && missing.length > 0) {
    problems.push(`${listFlags(given)} ${given.length === 1 ? "needs" : "need"} ${listFlags(missing)} too.`);
  }
  if (given.length === 0 && text("tls-client-ca") !== "") {
    problems.push(`${listFlags(["tls-client-ca"])} needs ${listFlags(TLS_FLAGS)} too.`);
  }
  const hasTls = text("tls-port") !== "";
  // Who turns on TLS for others would not expect their keys to be readable on the way because a flag was left out.
  const port = text("port") || (hasTls && !isLoopbackAddress(text("host")) ? NO_PORT : DEFAULT_PORT);
  if (port === NO_PORT && !hasTls) {
    problems.push(
      `--port ${NO_PORT} (${environmentName("port")}) leaves no port; give --tls-port, or a port.`,
    );
  }
  if (port !== "0" && port === text("tls-port")) {
    problems.push("--port and --tls-port must differ.");
  }
  const tls = {
    port: Number(text("tls-port")),
    certFile: text("tls-cert"),
    keyFile: text("tls-key"),
    clientCaFile: text("tls-client-ca") || undefined,
  };
  return { port: port === NO_PORT ? undefined : Number(port), tls: hasTls ? tls : undefined, problems };
}

function listFlags(flags: readonly OptionFlag[]): string {
  const names = flags.map((flag) => `--${flag} (${environmentName(flag)})`);
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}
