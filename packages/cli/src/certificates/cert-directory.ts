// A directory with a private CA and what it has signed: ca.pem, ca-key.pem, cert.pem, key.pem, client-NAME.pem, client-NAME-key.pem.

import { X509Certificate, createPrivateKey } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeFileFailure } from "../file-failure.js";
import type { CertificateAndKey } from "./x509.js";

export interface Authority {
  readonly certificate: X509Certificate;
  readonly key: string;
}

const KEY_MODE = 0o600;
const CERTIFICATE_MODE = 0o644;

/** Makes the directory, for its owner alone, when there is none. */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Error(`The directory ${directory} cannot be used: ${describeFileFailure(cause)}.`, { cause });
  }
}

/** The CA of the directory; undefined when it has none. Rejects when what is there is no whole CA that is still valid. */
export async function readAuthority(directory: string): Promise<Authority | undefined> {
  const certPath = join(directory, "ca.pem");
  const keyPath = join(directory, "ca-key.pem");
  const [cert, key] = [await readIfThere(certPath), await readIfThere(keyPath)];
  if (cert === undefined && key === undefined) return undefined;
  const advice = "Choose another directory with --dir, or move the files of this one away.";
  if (cert === undefined || key === undefined) {
    throw new Error(
      `${cert === undefined ? keyPath : certPath} is there, but ${cert === undefined ? certPath : keyPath} is not. ${advice}`,
    );
  }
  let certificate: X509Certificate;
  let isPair: boolean;
  try {
    certificate = new X509Certificate(cert);
    isPair = certificate.ca && certificate.checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new Error(`${certPath} and ${keyPath} cannot be read as a CA and its key. ${advice}`, { cause });
  }
  if (!isPair) throw new Error(`${certPath} and ${keyPath} are no CA and its key. ${advice}`);
  if (certificate.publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    throw new Error(`${certPath} was not made by \`subito cert\`: its key is not of P-256. ${advice}`);
  }
  if (Date.parse(certificate.validTo) <= Date.now()) {
    throw new Error(`The CA in ${certPath} is no longer valid since ${certificate.validTo}. ${advice}`);
  }
  return { certificate, key };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`${path} cannot be read: ${describeFileFailure(error)}.`, { cause: error });
  }
}

/** The directory is often made within a project, and its keys would be committed with the rest. */
async function keepOutOfGit(directory: string): Promise<void> {
  const path = join(directory, ".gitignore");
  if ((await readIfThere(path)) === undefined) await writeNew(path, "*\n", CERTIFICATE_MODE);
}

/** Rejects when either file exists, and leaves it as it is: a CA's key that is lost cannot be had again. */
export async function writeAuthority(directory: string, { cert, key }: CertificateAndKey): Promise<void> {
  const keyPath = join(directory, "ca-key.pem");
  await keepOutOfGit(directory);
  await writeNew(keyPath, key, KEY_MODE);
  try {
    await writeNew(join(directory, "ca.pem"), cert, CERTIFICATE_MODE);
  } catch (error) {
    await rm(keyPath);
    throw error;
  }
}

/** Puts a pair in the place of the one that may be there; each file is whole at every moment. */
export async function replacePair(
  directory: string,
  names: { readonly cert: string; readonly key: string },
  { cert, key }: CertificateAndKey,
): Promise<void> {
  await replace(join(directory, names.key), key, KEY_MODE);
  await replace(join(directory, names.cert), cert, CERTIFICATE_MODE);
}

async function replace(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await rm(temporary, { force: true });
  await writeNew(temporary, text, mode);
  await rename(temporary, path);
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const file: FileHandle = await open(path, "wx", mode).catch((cause: unknown) => {
    const isThere = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const reason = isThere ? "it is there already" : describeFileFailure(cause);
    throw new Error(`${path} cannot be written: ${reason}.`, { cause });
  });
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
