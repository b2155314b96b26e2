// What to do with new certificates, as lines to paste: the server, every SDK, and the names.

import { join } from "node:path";
import { SDK_LABELS } from "./cert-names.js";

export interface NextSteps {
  /** As given, for the server's flags. */
  readonly directory: string;
  /** The same, from the root, for variables that hold in any directory. */
  readonly absoluteDirectory: string;
  readonly endpoint: string;
}

const PORT = 8443;

/** After a server's certificate was made. */
export function describeServerSteps({ directory, absoluteDirectory, endpoint }: NextSteps): string {
  const ca = quote(join(absoluteDirectory, "ca.pem"));
  const address = endpoint === "localhost" ? "127.0.0.1" : "ADDRESS_OF_THE_SERVER";
  const hosts = [...SDK_LABELS.map((label) => `${label}.${endpoint}`)];
  return `Start the server:
  npx subito serve --tls-port ${PORT} --tls-cert ${quote(join(directory, "cert.pem"))} --tls-key ${quote(join(directory, "key.pem"))}
API keys of its first start carry ${endpoint}:${PORT}. The Go SDK takes no port from a key: it needs --tls-port 443.

Let clients trust the CA:
  Node.js SDK  export GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=${ca}
               (or NODE_EXTRA_CA_CERTS, which has no effect on the SDK where the variable above is set)
  Python SDK   export GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=${ca}
  Go SDK       export SSL_CERT_FILE=${ca}
  subito       export SUBITO_CA=${ca} SUBITO_URL=https://${endpoint}:${PORT}
  curl         curl --cacert ${ca} https://${endpoint}:${PORT}/livez
  browsers     import ca.pem in their settings, as an authority for websites
Those variables replace the CAs of the system for the program that has them.

SDKs connect to ${hosts.join(", ")}. Where these names do not resolve, add to /etc/hosts:
  ${address} ${endpoint === "localhost" ? "" : `${endpoint} `}${hosts.join(" ")}
${endpoint === "localhost" ? "(With libnss-myhostname or systemd-resolved, names below localhost resolve by themselves.)\n" : ""}`;
}

/** After a client's certificate was made. */
export function describeClientSteps({ directory, absoluteDirectory }: NextSteps, name: string): string {
  const inDirectory = (file: string): string => quote(join(directory, file));
  const absolute = (file: string): string => quote(join(absoluteDirectory, file));
  return `Let the server ask for it: add
  --tls-client-ca ${inDirectory("ca.pem")}

Give it to clients:
  subito       export SUBITO_CLIENT_CERT=${absolute(`client-${name}.pem`)} SUBITO_CLIENT_KEY=${absolute(`client-${name}-key.pem`)}
  curl         curl --cacert ${inDirectory("ca.pem")} --cert ${inDirectory(`client-${name}.pem`)} --key ${inDirectory(`client-${name}-key.pem`)} …
The official SDKs cannot bring a client certificate: let them in through a proxy that does.
`;
}

/** A word that a shell takes as it is. */
function quote(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
