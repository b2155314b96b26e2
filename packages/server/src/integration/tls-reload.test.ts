// New certificates on a running server: on a signal and on change, whichever way files are replaced; old connections live on.

import assert from "node:assert/strict";
import { chmod, cp, mkdir, readFile, rename, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { publishGrpc, subscribeGrpc } from "../testing/grpc-client.js";
import { createTestDirectory } from "../testing/test-directory.js";
import {
  type TlsTestServer,
  makeCertificates,
  openHttp2Tls,
  openTls,
  runCert,
  startTlsServer,
} from "../testing/tls.js";

const place = { cacheName: "default", topic: "t" };
const READ_AGAIN = /the certificate was read again/;
const CANNOT_BE_USED = /the new certificate cannot be used; the old one stays/;

/** The serial number of the certificate that new connections get. */
async function serialOf(t: TestContext, server: TlsTestServer): Promise<string> {
  return (await openTls(t, server)).getPeerX509Certificate()?.serialNumber ?? "";
}

test("on a reload new connections get the new certificate, and a subscription lives through it", async (t) => {
  const server = await startTlsServer(t);
  const session = openHttp2Tls(t, server);
  const subscription = subscribeGrpc(session, place);
  await subscription.until(() => subscription.messages.length > 0);
  const before = await serialOf(t, server);
  runCert(server.certificates);
  await server.reloadCertificate();
  assert.notEqual(await serialOf(t, server), before);
  assert.equal((await publishGrpc(openHttp2Tls(t, server), place, "after")).status, 0);
  await subscription.until(() => subscription.texts().length === 1);
  assert.equal(session.closed, false);
});

test("files that are replaced by rename are taken over without a word from anyone", async (t) => {
  const server = await startTlsServer(t);
  const before = await serialOf(t, server);
  runCert(server.certificates);
  await server.log.until(READ_AGAIN);
  assert.notEqual(await serialOf(t, server), before);
});

test("files that are written over in place are taken over", async (t) => {
  const server = await startTlsServer(t);
  const other = join(await createTestDirectory(t), "other");
  await cp(server.certificates, other, { recursive: true });
  runCert(other);
  const before = await serialOf(t, server);
  for (const name of ["key.pem", "cert.pem"]) {
    await writeFile(join(server.certificates, name), await readFile(join(other, name)));
  }
  await server.log.until(READ_AGAIN);
  assert.notEqual(await serialOf(t, server), before);
});

test("a link in the middle of the path that is turned to other files is taken over, as Kubernetes does it", async (t) => {
  const made = await makeCertificates(t);
  const mount = await createTestDirectory(t);
  await mkdir(join(mount, "1"));
  for (const name of ["ca.pem", "cert.pem", "key.pem"]) await cp(join(made, name), join(mount, "1", name));
  await symlink("1", join(mount, "..data"));
  for (const name of ["ca.pem", "cert.pem", "key.pem"]) await symlink(`..data/${name}`, join(mount, name));
  const server = await startTlsServer(t, { certificates: mount });
  const before = await serialOf(t, server);
  runCert(made);
  await cp(made, join(mount, "2"), { recursive: true });
  await symlink("2", join(mount, "..new"));
  await rename(join(mount, "..new"), join(mount, "..data"));
  await server.log.until(READ_AGAIN);
  assert.notEqual(await serialOf(t, server), before);
});

test("a pair that cannot be used is told of, and the old one stays until there is a good one", async (t) => {
  const server = await startTlsServer(t);
  const certPath = join(server.certificates, "cert.pem");
  const good = await readFile(certPath);
  const before = await serialOf(t, server);
  await truncate(certPath, 300);
  const line = await server.log.until(CANNOT_BE_USED);
  assert.equal(line.level, "error");
  assert.equal(await serialOf(t, server), before);

  const others = await makeCertificates(t);
  await cp(join(others, "cert.pem"), certPath);
  await server.reloadCertificate();
  assert.equal(
    server.log.lines.at(-1)?.fields["reason"],
    "The certificate and the private key do not belong together.",
  );
  assert.equal(await serialOf(t, server), before);

  await writeFile(certPath, good);
  await server.log.until(READ_AGAIN);
  assert.equal(await serialOf(t, server), before);
  assert.ok(server.log.lines.every(({ fields }) => !JSON.stringify(fields).includes("PRIVATE")));
});

test("a private key that others may read is used, with a warning", async (t) => {
  const certificates = await makeCertificates(t);
  const quiet = await startTlsServer(t, { certificates });
  assert.equal(quiet.log.count(/others/), 0);
  const path = join(certificates, "key.pem");
  await chmod(path, 0o644);
  const server = await startTlsServer(t, { certificates });
  assert.deepEqual((await server.log.until(/others/)).fields, { path, mode: "0644" });
});
