// The HTTP API through curl, over HTTP/1.1 and over HTTP/2 with prior knowledge (wire contract 7.1).

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { createTemporaryDirectory, startSubito } from "../harness.mjs";
import { captureCommand, hasCommand } from "./commands.mjs";

const mebibyte = 1024 * 1024;
const directory = createTemporaryDirectory();
/** More than a long poll waits. */
const timeoutMs = 60_000;

/** @type {import("../harness.mjs").SubitoServer} */
let server;
/** @type {import("../harness.mjs").SubitoServer} */
let closedServer;
before(async () => {
  server = await startSubito();
  closedServer = await startSubito({ args: ["--auth", "required"] });
});
after(async () => {
  await Promise.all([server?.stop(), closedServer?.stop()]);
});

/**
 * @typedef {{ statusLine: string, status: number, headers: Map<string, string>, body: string }} Answer
 *
 * @param {readonly string[]} args
 * @returns {Promise<Answer>}
 */
async function curl(args) {
  const result = await captureCommand("curl", ["-sS", "-i", "--noproxy", "*", ...args], { timeoutMs });
  assert.equal(result.status, 0, `${result.reason}: ${result.stderr}`);
  // Answers before the last one are "100 Continue".
  let rest = result.stdout;
  for (;;) {
    const end = rest.indexOf("\r\n\r\n");
    assert.notEqual(end, -1, `no header in ${JSON.stringify(result.stdout)}`);
    const [statusLine = "", ...lines] = rest.slice(0, end).split("\r\n");
    const body = rest.slice(end + 4);
    const status = Number(statusLine.split(" ")[1]);
    if (status < 200) {
      rest = body;
      continue;
    }
    const headers = new Map(
      lines.map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 1).trim(),
      ]),
    );
    return { statusLine, status, headers, body };
  }
}

/** The raw token in a printed key. @param {string | undefined} apiKey */
function toToken(apiKey) {
  return JSON.parse(Buffer.from(apiKey ?? "", "base64").toString()).api_key;
}

/** @param {Uint8Array | string} content */
function writeBody(content) {
  const file = join(directory, randomUUID());
  writeFileSync(file, content);
  return `@${file}`;
}

for (const [protocol, flag] of /** @type {const} */ ([
  ["HTTP/1.1", "--http1.1"],
  ["HTTP/2", "--http2-prior-knowledge"],
])) {
  describe(`curl over ${protocol}`, { skip: !hasCommand("curl") && "curl is missing" }, () => {
    /** @param {string} path @param {...string} args */
    const request = (path, ...args) => curl([flag, ...args, server.url + path]);
    const makePath = () => `/topics/default/${randomUUID()}`;
    /** @param {string} path @param {...string} args */
    const publish = async (path, ...args) => {
      const answer = await request(path, "-X", "POST", ...args);
      assert.equal(answer.status, 204, answer.body);
      assert.equal(answer.body, "");
    };
    /** @param {string} path */
    const poll = async (path) => {
      const answer = await request(path);
      assert.equal(answer.status, 200, answer.body);
      assert.match(answer.headers.get("content-type") ?? "", /^application\/json\b/);
      return JSON.parse(answer.body).items;
    };

    it("speaks that protocol", async () => {
      const { statusLine } = await request("/livez");
      assert.ok(statusLine.startsWith(protocol), statusLine);
    });

    it("answers /livez and /readyz", async () => {
      for (const path of ["/livez", "/readyz"]) assert.equal((await request(path)).status, 200);
      const head = await request("/livez", "-I");
      assert.equal(head.status, 200);
      assert.equal(head.body, "");
    });

    it("publishes text, binary and whatever else as text, and gets it by long poll", async () => {
      const path = makePath();
      const bytes = randomBytes(1000);
      await publish(path, "-H", "content-type: text/plain", "-d", "zażółć 🎈");
      await publish(path, "-d", "curl's own type");
      await publish(path, "-H", "content-type: application/json", "-d", '{"a":1}');
      await publish(path, "-H", "content-type: application/octet-stream", "--data-binary", writeBody(bytes));

      const items = await poll(`${path}?sequence_number=1`);
      const page = items[0].item.sequence_page;
      assert.ok(Number.isSafeInteger(page) && page > 0);
      const values = [
        { text: "zażółć 🎈" },
        { text: "curl's own type" },
        { text: '{"a":1}' },
        { binary: bytes.toString("base64") },
      ];
      const expected = values.map((value, index) => ({
        item: { topic_sequence_number: index + 1, sequence_page: page, value },
      }));
      assert.deepEqual(items, expected);
      assert.deepEqual(await poll(`${path}?sequence_number=3&sequence_page=${page}`), expected.slice(2));
    });

    it("holds a poll until there is something", async () => {
      const path = makePath();
      await publish(path, "-d", "first");
      const waiting = poll(`${path}?sequence_number=2`);
      await sleep(300);
      await publish(path, "-d", "second");
      const items = await waiting;
      assert.equal(items.length, 1);
      assert.equal(items[0].item.topic_sequence_number, 2);
      assert.deepEqual(items[0].item.value, { text: "second" });
    });

    it("starts a poll without a position with what was just published", async () => {
      const path = makePath();
      await publish(path, "-d", "just now");
      assert.deepEqual((await poll(path))[0].item.value, { text: "just now" });
    });

    it("answers an impossible position with what there is", async () => {
      const path = makePath();
      await publish(path, "-d", "only");
      const items = await poll(`${path}?sequence_number=300&sequence_page=5435435`);
      const found = items.find((/** @type {object} */ entry) => "item" in entry);
      assert.deepEqual(found.item.value, { text: "only" });
    });

    it("takes 1 MiB and no more", async () => {
      const path = makePath();
      await publish(path, "--data-binary", writeBody("x".repeat(mebibyte)));
      // Over HTTP/2 the answer to a body far too large comes before its end, which older versions of curl call an error.
      for (const size of protocol === "HTTP/2" ? [mebibyte + 1] : [mebibyte + 1, 5 * mebibyte]) {
        const answer = await request(path, "--data-binary", writeBody("x".repeat(size)));
        assert.equal(answer.status, 413, answer.body);
      }
      const items = await poll(`${path}?sequence_number=1`);
      assert.equal(items.length, 1);
      assert.equal(items[0].item.value.text.length, mebibyte);
    });

    it("says Cache Not Found", async () => {
      const path = `/topics/${randomUUID()}/topic`;
      for (const args of [[], ["-d", "value"]]) {
        const answer = await request(path, ...args);
        assert.equal(answer.status, 404);
        assert.match(answer.body, /Cache Not Found/);
        if (protocol === "HTTP/1.1") assert.match(answer.statusLine, /^HTTP\/1\.1 404 Not Found$/i);
      }
    });

    it("decodes names", async () => {
      const unique = randomUUID();
      await publish(`/topics/default/${unique}%2F%F0%9F%8E%88%20%3F`, "-d", "found");
      const [{ item }] = await poll(`/topics/%64efault/${unique}%2f%f0%9f%8e%88%20%3f?sequence_number=1`);
      assert.deepEqual(item.value, { text: "found" });
    });

    it("refuses names, text and positions that make no sense", async () => {
      const path = makePath();
      const notText = writeBody(Buffer.from([0x61, 0xff]));
      for (const [badPath, ...args] of [
        ["/topics/default/a%00b", "-d", "value"],
        ["/topics/default/a%zzb", "-d", "value"],
        ["/topics/default/a%ffb", "-d", "value"],
        ["/topics/default/", "-d", "value"],
        [`/topics/default/${"x".repeat(1025)}`, "-d", "value"],
        [path, "-H", "content-type: text/plain", "--data-binary", notText],
        [`${path}?sequence_number=abc`],
        [`${path}?sequence_number=-1`],
        [`${path}?sequence_page=1.5`],
      ]) {
        const answer = await request(badPath ?? "", ...args);
        assert.equal(answer.status, 400, `${badPath}: ${answer.statusLine} ${answer.body}`);
      }
    });

    it("refuses a wrong key, and two keys", async () => {
      const path = makePath();
      const token = toToken(server.apiKey);
      /** @param {string} suffix @param {...string} args */
      const tryPublish = async (suffix, ...args) =>
        (await request(path + suffix, "-d", "value", ...args)).status;
      assert.equal(await tryPublish("", "-H", "authorization: wrong"), 401);
      assert.equal(await tryPublish("?token=wrong"), 401);
      assert.equal(await tryPublish("", "-H", `authorization: ${token}x`), 401);
      assert.equal(await tryPublish("", "-H", `authorization: ${token}`), 204);
      assert.equal(await tryPublish(`?token=${token}`), 204);
      assert.equal(await tryPublish(`?token=${token}`, "-H", `authorization: ${token}`), 400);
    });

    it("wants a key where one is needed", async () => {
      const url = closedServer.url + makePath();
      assert.equal((await curl([flag, "-d", "value", url])).status, 401);
      assert.equal((await curl([flag, url])).status, 401);
      const header = `authorization: ${toToken(closedServer.apiKey)}`;
      assert.equal((await curl([flag, "-d", "value", "-H", header, url])).status, 204);
      assert.equal((await curl([flag, `${closedServer.url}/livez`])).status, 200);
    });

    it("lets no web page of a stranger in", async () => {
      const path = makePath();
      const key = ["-H", `authorization: ${toToken(server.apiKey)}`];
      for (const header of [
        "Host: evil.example",
        `Host: evil.example:${server.port}`,
        "Origin: http://evil.example",
        "Origin: null",
      ]) {
        for (const args of [["-d", "value"], []]) {
          const answer = await request(path, "-H", header, ...args);
          assert.equal(answer.status, 403, `${header}: ${answer.statusLine} ${answer.body}`);
        }
        assert.equal((await request(path, "-H", header, "-d", "value", ...key)).status, 204, header);
      }
      for (const header of ["Host: localhost", `Origin: http://localhost:${server.port}`]) {
        assert.equal((await request(path, "-H", header, "-d", "value")).status, 204, header);
      }
    });

    it("names the methods of a path", async () => {
      for (const [path, method, allowed] of /** @type {const} */ ([
        [makePath(), "DELETE", /GET/],
        [makePath(), "PATCH", /POST/],
        ["/livez", "POST", /GET/],
      ])) {
        const answer = await request(path, "-X", method);
        assert.equal(answer.status, 405, `${method} ${path}`);
        assert.match(answer.headers.get("allow") ?? "", allowed);
      }
    });

    it("knows no other path", async () => {
      for (const path of [
        "/",
        "/topics",
        "/topics/default",
        "/topics/default/a/b",
        "/nothing?x=1",
        "/livez/",
      ]) {
        assert.equal((await request(path)).status, 404, path);
      }
    });
  });
}

describe("curl over HTTP/1.0", { skip: !hasCommand("curl") && "curl is missing" }, () => {
  it("is told which versions there are", async () => {
    const answer = await curl(["--http1.0", `${server.url}/livez`]);
    assert.equal(answer.status, 505);
    assert.match(answer.body, /HTTP\/1\.1/);
  });
});
