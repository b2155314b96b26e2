// Makes X.509 certificates (RFC 5280): of a private CA, of a server, of a client. ECDSA with P-256 and SHA-256.

import { isIP } from "node:net";
import {
  type X509Certificate,
  type webcrypto,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
} from "node:crypto";
import * as asn1 from "asn1js";
import * as pki from "pkijs";

/** PEM texts that belong together. */
export interface CertificateAndKey {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateRequest {
  /** The common name, for people to read. */
  readonly subject: string;
  readonly use: "ca" | "server" | "client";
  /** DNS names and IP addresses that clients check. */
  readonly names?: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Who signs; absent: the certificate signs itself. */
  readonly issuer?: { readonly certificate: X509Certificate; readonly key: string };
}

const OID = {
  commonName: "2.5.4.3",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  server: "1.3.6.1.5.5.7.3.1",
  client: "1.3.6.1.5.5.7.3.2",
} as const;

/** Bits of KeyUsage from the left (RFC 5280 4.2.1.3), with how many bits at the end are of no use. */
const KEY_USAGE = {
  /** keyCertSign and cRLSign. */
  ca: { bits: 0b0000_0110, unusedBits: 1 },
  /** digitalSignature. */
  other: { bits: 0b1000_0000, unusedBits: 7 },
} as const;

const SERIAL_BYTES = 16;
const DNS_NAME_TAG = 2;
const IP_ADDRESS_TAG = 7;

/** A new key, and a certificate for it. */
export async function makeCertificate(request: CertificateRequest): Promise<CertificateAndKey> {
  const { subject, issuer, notBefore, notAfter } = request;
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = privateKey.export({ format: "pem", type: "pkcs8" }) as string;
  const publicKeyInfo = publicKey.export({ format: "der", type: "spki" });

  const certificate = issuer === undefined ? undefined : parseCertificate(issuer.certificate);
  const keyId = createHash("sha1").update(readPublicKeyBits(publicKeyInfo)).digest();
  const issuerKeyId =
    certificate === undefined
      ? keyId
      : createHash("sha1")
          .update(Buffer.from(certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView))
          .digest();
  const made = new pki.Certificate({
    version: 2,
    serialNumber: new asn1.Integer({ valueHex: toArrayBuffer(makeSerial()) }),
    subject: toName(subject),
    issuer: certificate?.subject ?? toName(subject),
    notBefore: toTime(notBefore),
    notAfter: toTime(notAfter),
    subjectPublicKeyInfo: pki.PublicKeyInfo.fromBER(toArrayBuffer(publicKeyInfo)),
    extensions: toExtensions(request, keyId, issuerKeyId),
  });
  await made.sign(await importKey(issuer?.key ?? key), "SHA-256");
  return { cert: toPem(made.toSchema(true).toBER()), key };
}

function parseCertificate(certificate: X509Certificate): pki.Certificate {
  return pki.Certificate.fromBER(toArrayBuffer(certificate.raw));
}

function readPublicKeyBits(publicKeyInfo: Buffer): Uint8Array {
  return pki.PublicKeyInfo.fromBER(toArrayBuffer(publicKeyInfo)).subjectPublicKey.valueBlock.valueHexView;
}

function toExtensions(
  { use, names = [] }: CertificateRequest,
  keyId: Buffer,
  issuerKeyId: Buffer,
): pki.Extension[] {
  const isCa = use === "ca";
  const { bits, unusedBits } = isCa ? KEY_USAGE.ca : KEY_USAGE.other;
  const usage = new asn1.BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits });
  const constraints = isCa
    ? new pki.BasicConstraints({ cA: true, pathLenConstraint: 0 })
    : new pki.BasicConstraints({ cA: false });
  const authority = new pki.AuthorityKeyIdentifier({
    keyIdentifier: new asn1.OctetString({ valueHex: toArrayBuffer(issuerKeyId) }),
  });
  const altNames = new pki.GeneralNames({ names: names.map(toGeneralName) });
  return [
    toExtension(OID.basicConstraints, true, constraints.toSchema()),
    toExtension(OID.keyUsage, true, usage),
    ...(isCa
      ? []
      : [
          toExtension(
            OID.extendedKeyUsage,
            false,
            new pki.ExtKeyUsage({ keyPurposes: [OID[use]] }).toSchema(),
          ),
        ]),
    ...(names.length === 0 ? [] : [toExtension(OID.subjectAltName, false, altNames.toSchema())]),
    toExtension(OID.subjectKeyIdentifier, false, new asn1.OctetString({ valueHex: toArrayBuffer(keyId) })),
    toExtension(OID.authorityKeyIdentifier, false, authority.toSchema()),
  ];
}

function toExtension(extnID: string, critical: boolean, value: asn1.BaseBlock): pki.Extension {
  return new pki.Extension({ extnID, critical, extnValue: value.toBER() });
}

function toName(commonName: string): pki.RelativeDistinguishedNames {
  return new pki.RelativeDistinguishedNames({
    typesAndValues: [
      new pki.AttributeTypeAndValue({
        type: OID.commonName,
        value: new asn1.Utf8String({ value: commonName }),
      }),
    ],
  });
}

function toGeneralName(name: string): pki.GeneralName {
  if (isIP(name) === 0) return new pki.GeneralName({ type: DNS_NAME_TAG, value: name });
  const value = new asn1.OctetString({ valueHex: toArrayBuffer(toAddressBytes(name)) });
  return new pki.GeneralName({ type: IP_ADDRESS_TAG, value });
}

/** 4 bytes of an IPv4 address, 16 of an IPv6 one. */
export function toAddressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  // The URL parser knows every spelling of IPv6, and gives groups of hex digits with at most one "::".
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const before = groups(head);
  const after = groups(tail ?? "");
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, "0")).join(""), "hex");
}

/** UTCTime has two digits for the year: from 2050 on the other form is needed (RFC 5280 4.1.2.5). */
function toTime(value: Date): pki.Time {
  const type = value.getUTCFullYear() < 2050 ? pki.TimeType.UTCTime : pki.TimeType.GeneralizedTime;
  return new pki.Time({ type, value });
}

/** Positive, and without zeros at the front (RFC 5280 4.1.2.2). */
function makeSerial(): Buffer {
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40;
  return serial;
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: "der", type: "pkcs8" });
  return crypto.subtle.importKey(
    "pkcs8",
    new Uint8Array(der),
    { name: "ECDSA", namedCurve: "P-256" },
    false,
    ["sign"],
  );
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function toPem(der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
