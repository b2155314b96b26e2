// Whom a client command trusts and what it shows of itself over TLS: PEM files, looked through before anything is sent.

import { X509Certificate, createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { UsageError } from "./command.js";
import { describeFileFailure } from "./file-failure.js";

/** PEM texts, as node:tls takes them. Without `ca` Node's own CAs are trusted. */
export interface TlsTrust {
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
}

/** Paths; empty ones are none. */
export interface TrustPaths {
  readonly ca: string | undefined;
  readonly clientCert: string | undefined;
  readonly clientKey: string | undefined;
}

const CA = "--ca (SUBITO_CA)";
const CLIENT_CERT = "--client-cert (SUBITO_CLIENT_CERT)";
const CLIENT_KEY = "--client-key (SUBITO_CLIENT_KEY)";

/** Throws UsageError for what cannot be used: OpenSSL's own words come late, and tell nothing. */
export function readTrust(paths: TrustPaths): TlsTrust {
  const ca = readPem(CA, paths.ca);
  const cert = readPem(CLIENT_CERT, paths.clientCert);
  const key = readPem(CLIENT_KEY, paths.clientKey);
  if (ca !== undefined) parseCertificate(CA, ca);
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError("--client-cert and --client-key are taken together only.");
  }
  if (cert === undefined || key === undefined) return toCa(ca);
  checkPair(cert, key);
  return { ...toCa(ca), cert, key };
}

function toCa(ca: string | undefined): TlsTrust {
  return ca === undefined ? {} : { ca: [...rootCertificates, ca] };
}

function readPem(flag: string, path: string | undefined): string | undefined {
  if (path === undefined || path === "") return undefined;
  let pem: string;
  try {
    pem = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${flag} ${path} cannot be read: ${describeFileFailure(error)}.`);
  }
  if (!pem.includes("-----BEGIN ")) throw new UsageError(`${flag} takes a PEM file; ${path} is none.`);
  return pem;
}

function parseCertificate(flag: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new UsageError(`${flag} takes a PEM file that begins with a certificate.`);
  }
}

function checkPair(cert: string, key: string): void {
  const certificate = parseCertificate(CLIENT_CERT, cert);
  let isPair: boolean;
  try {
    isPair = certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    throw new UsageError(`${CLIENT_KEY} takes a PEM file with a private key that is not encrypted.`);
  }
  if (!isPair) throw new UsageError("--client-cert and --client-key do not belong together.");
}
