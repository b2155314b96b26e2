// What the server shows of itself in a handshake: a certificate and its key, checked before they are used.

import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";

/** The contents of PEM files. */
export interface TlsPem {
  readonly cert: string;
  readonly key: string;
  /** Of those whose certificates clients must bring; undefined: clients need none. */
  readonly clientCa: string | undefined;
}

/** A pair that OpenSSL takes, and what its certificate says. */
export interface TlsCredentials {
  readonly pem: TlsPem;
  /** The DNS names of the certificate, as they stand in it. */
  readonly names: readonly string[];
  readonly validToMs: number;
  /** True when clients that check names take it for this name or IP address. */
  covers(host: string): boolean;
}

/** Throws an Error with a sentence for the operator; never with anything of the key. */
export function parseTlsCredentials(pem: TlsPem): TlsCredentials {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem.cert);
  } catch (cause) {
    throw new Error("The certificate is no PEM certificate.", { cause });
  }
  try {
    createSecureContext({ key: pem.key });
  } catch (cause) {
    throw new Error("The private key is no PEM key, or it is encrypted.", { cause });
  }
  if (pem.clientCa !== undefined) checkClientCa(pem.clientCa);
  try {
    createSecureContext({ cert: pem.cert, key: pem.key });
  } catch (cause) {
    const isMismatch = (cause as { code?: unknown }).code === "ERR_OSSL_X509_KEY_VALUES_MISMATCH";
    throw new Error(
      isMismatch
        ? "The certificate and the private key do not belong together."
        : "The certificate and the private key cannot be used.",
      { cause },
    );
  }
  return {
    pem,
    names: parseNames(certificate.subjectAltName ?? ""),
    validToMs: Date.parse(certificate.validTo),
    covers: (host) =>
      (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined,
  };
}

function checkClientCa(pem: string): void {
  try {
    const first = new X509Certificate(pem);
    if (!first.ca) throw new Error("not a CA");
    createSecureContext({ ca: pem });
  } catch (cause) {
    throw new Error("The CA for client certificates is no PEM certificate of a CA.", { cause });
  }
}

/** Names that hold anything else are quoted by Node, and are no host names. */
const DNS_NAME = /^DNS:([0-9A-Za-z*._-]+)$/;

function parseNames(subjectAltName: string): string[] {
  return subjectAltName.split(", ").flatMap((part) => DNS_NAME.exec(part)?.[1] ?? []);
}

/** SDKs put each of these before the endpoint of a key (wire-contract.md 1.1). */
const SDK_LABELS = ["cache", "control", "token"] as const;

/** The endpoint that SDKs can use with this certificate, without port: X where it covers cache.X, control.X and token.X. */
export function findEndpointName(credentials: TlsCredentials): string | undefined {
  return credentials.names
    .filter((name) => name.startsWith("cache.") || name.startsWith("*."))
    .map((name) => name.slice(name.indexOf(".") + 1))
    .find((name) => SDK_LABELS.every((label) => credentials.covers(`${label}.${name}`)));
}

/** How a client on this machine can reach `address` so that the certificate holds: as it is, or by a name of the certificate. */
export function findHostName(credentials: TlsCredentials, address: string): string {
  if (credentials.covers(address)) return address;
  return credentials.names.find((name) => !name.startsWith("*.")) ?? address;
}
