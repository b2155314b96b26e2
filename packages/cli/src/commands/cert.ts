// `subito cert`: a private CA, and certificates of it for the server and for clients.

import { X509Certificate } from "node:crypto";
import { resolve } from "node:path";
import {
  type Authority,
  makeDirectory,
  readAuthority,
  replacePair,
  writeAuthority,
} from "../certificates/cert-directory.js";
import { namesFor, parseEndpoint, parseName } from "../certificates/cert-names.js";
import { type NextSteps, describeClientSteps, describeServerSteps } from "../certificates/next-steps.js";
import { type Command, UsageError, parseCommandLine } from "../command.js";

const HELP = `subito cert [FLAGS]

Makes a private CA and a certificate of it for a server with TLS, and says how to use them. A directory that has a
CA keeps it: its server's certificate is made anew.

  --endpoint NAME    what API keys carry; the certificate has the names that SDKs make of it (default localhost)
  --name NAME        a further name or IP address for the certificate; can be given again
  --client NAME      make a certificate with which a client of this name comes in at --tls-client-ca, and nothing else
  --days N           how long the certificate is valid, 1 to 825 (default 365); the CA is for ten years
  --dir DIR          where the files are (default ./subito-cert)
  -h, --help         this text
`;

const options = {
  endpoint: { type: "string", default: "localhost" },
  name: { type: "string", multiple: true },
  client: { type: "string" },
  days: { type: "string", default: "365" },
  dir: { type: "string", default: "./subito-cert" },
  help: { type: "boolean", short: "h" },
} as const;

/** Clients of Apple take no longer certificate, even of a private CA. */
const DAYS_MAX = 825;
const AUTHORITY_DAYS = 3650;
const NAMES_MAX = 100;
/** Of a common name (RFC 5280, appendix A.1); clients look at the names only. */
const SUBJECT_LENGTH_MAX = 64;
const MS_PER_DAY = 86_400_000;
/** Certificates begin a little before now, for machines whose clocks are late. */
const EARLY_MS = 3_600_000;

export const cert: Command = {
  name: "cert",
  usage: "cert [FLAGS]",
  summary: "make a private CA and certificates for TLS",
  async run(argv) {
    const { values, positionals } = parseCommandLine("cert", argv, options);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    if (positionals.length > 0) throw new UsageError("cert takes flags only.\nSee `subito cert --help`.");
    const days = parseDays(values.days);
    const endpoint = parseEndpoint(values.endpoint);
    const names = (values.name ?? []).map(parseName);
    if (names.length > NAMES_MAX) throw new UsageError(`--name can be given ${NAMES_MAX} times.`);
    if (values.dir === "" || values.dir.includes("\0")) throw new UsageError("--dir takes a directory.");
    const steps = { directory: values.dir, absoluteDirectory: resolve(values.dir), endpoint };
    const client = values.client === undefined ? undefined : parseClient(values.client);
    if (client !== undefined && names.length > 0) {
      throw new UsageError("--name is for the server's certificate; --client makes another.");
    }
    await makeDirectory(values.dir);
    const authority = await findOrMakeAuthority(values.dir);
    process.stdout.write(
      client === undefined
        ? await makeServer(authority, steps, namesFor(endpoint, names), days)
        : await makeClient(authority, steps, client, days),
    );
    return 0;
  },
};

function parseDays(text: string): number {
  const days = Number(text);
  if (!/^\d{1,4}$/.test(text) || days < 1 || days > DAYS_MAX) {
    throw new UsageError(`--days takes a whole number from 1 to ${DAYS_MAX}, not ${JSON.stringify(text)}.`);
  }
  return days;
}

/** It becomes a part of file names. */
function parseClient(text: string): string {
  if (!/^[0-9A-Za-z][0-9A-Za-z._-]{0,62}$/.test(text)) {
    throw new UsageError(
      `--client takes a name of letters, digits, dots and dashes, not ${JSON.stringify(text)}.`,
    );
  }
  return text;
}

async function findOrMakeAuthority(directory: string): Promise<Authority> {
  const found = await readAuthority(directory);
  if (found !== undefined) {
    process.stdout.write(`The CA in ${directory} was there already, and is used.\n`);
    return found;
  }
  const notAfter = new Date(Date.now() + AUTHORITY_DAYS * MS_PER_DAY);
  // The day in the name tells CAs apart in lists of trusted ones.
  const subject = `Subito private CA ${new Date().toISOString().slice(0, 10)}`;
  const { makeCertificate } = await import("../certificates/x509.js");
  const made = await makeCertificate({ subject, use: "ca", ...validity(notAfter) });
  await writeAuthority(directory, made);
  process.stdout.write(
    `Made a CA in ${directory}: ca.pem, and ca-key.pem. Whoever has ca-key.pem can pretend to be any server to those who trust ca.pem.\n`,
  );
  return { certificate: new X509Certificate(made.cert), key: made.key };
}

function validity(notAfter: Date): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - EARLY_MS), notAfter };
}

/** No certificate outlives its CA. */
function validityBelow({ certificate }: Authority, days: number): { notBefore: Date; notAfter: Date } {
  return validity(new Date(Math.min(Date.now() + days * MS_PER_DAY, Date.parse(certificate.validTo))));
}

async function makeServer(
  issuer: Authority,
  steps: NextSteps,
  names: readonly string[],
  days: number,
): Promise<string> {
  const { makeCertificate } = await import("../certificates/x509.js");
  const period = validityBelow(issuer, days);
  const subject = steps.endpoint.length > SUBJECT_LENGTH_MAX ? "Subito" : steps.endpoint;
  const made = await makeCertificate({ subject, use: "server", names, issuer, ...period });
  await replacePair(steps.directory, { cert: "cert.pem", key: "key.pem" }, made);
  return `Made cert.pem and key.pem, valid until ${period.notAfter.toISOString()}, for
  ${names.join(" ")}
A server that runs with them takes them over by itself.

${describeServerSteps(steps)}`;
}

async function makeClient(issuer: Authority, steps: NextSteps, name: string, days: number): Promise<string> {
  const { makeCertificate } = await import("../certificates/x509.js");
  const period = validityBelow(issuer, days);
  const made = await makeCertificate({ subject: name, use: "client", issuer, ...period });
  const files = { cert: `client-${name}.pem`, key: `client-${name}-key.pem` };
  await replacePair(steps.directory, files, made);
  return `Made ${files.cert} and ${files.key}, valid until ${period.notAfter.toISOString()}.

${describeClientSteps(steps, name)}`;
}
