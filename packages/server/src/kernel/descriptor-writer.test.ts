// Order, the limit, half lines and failures, on real pipes and devices; the end of a process.

import assert from "node:assert/strict";
import { readSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openDescriptor, openFullPipe } from "../testing/descriptors.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { pollUntil } from "../testing/poll-until.js";
import { createTestDirectory } from "../testing/test-directory.js";
import { DescriptorWriter } from "./descriptor-writer.js";

const onLinux = { skip: process.platform !== "linux" };

async function createFullPipe(t: TestContext) {
  const { readEnd, writeEnd, bytes } = await openFullPipe(t);
  const read = (count: number): string => {
    const buffer = Buffer.alloc(count);
    return buffer.toString("utf8", 0, readSync(readEnd, buffer));
  };
  return { writeEnd, bytes, read };
}

/** Resolves to how each of the texts ended. */
function writeAll(writer: DescriptorWriter, texts: readonly string[]): Promise<(string | undefined)[]> {
  return Promise.all(
    texts.map(
      (text) =>
        new Promise<string | undefined>((resolve) => writer.write(text, (error) => resolve(error?.message))),
    ),
  );
}

test("texts are written in order", async (t) => {
  const path = join(await createTestDirectory(t), "file");
  const writer = new DescriptorWriter({ descriptor: openDescriptor(t, path, "w"), bytesWaitingMax: 1e6 });
  const texts = Array.from({ length: 1000 }, (_, i) => `line ${i} ü\n`);
  assert.ok((await writeAll(writer, texts)).every((error) => error === undefined));
  assert.equal(await readFile(path, "utf8"), texts.join(""));
  assert.equal(writer.dropped, 0);
});

test(
  "what waits is bounded, what is beyond is dropped and counted, and what waited comes when there is room",
  onLinux,
  async (t) => {
    const clock = createFakeClock();
    const pipe = await createFullPipe(t);
    const writer = new DescriptorWriter({ descriptor: pipe.writeEnd, bytesWaitingMax: 90, clock });
    const ends = writeAll(
      writer,
      Array.from({ length: 30 }, (_, i) => `line ${i + 10}.\n`),
    );
    assert.equal(writer.dropped, 20);
    await pollUntil(() => clock.pendingTimers === 1);
    pipe.read(pipe.bytes);
    clock.advance(20);
    const errors = await ends;
    assert.deepEqual(errors.slice(0, 10), Array(10).fill(undefined));
    assert.deepEqual(errors.slice(10), Array(20).fill("too much waits to be written"));
    assert.equal(pipe.read(1000), Array.from({ length: 10 }, (_, i) => `line ${i + 10}.\n`).join(""));
    assert.deepEqual(await writeAll(writer, ["again\n"]), [undefined]);
  },
);

test("what fails is dropped and counted, and the next text is tried", onLinux, async (t) => {
  const writer = new DescriptorWriter({
    descriptor: openDescriptor(t, "/dev/full", "w"),
    bytesWaitingMax: 100,
  });
  for (let i = 1; i <= 3; i++) {
    assert.match((await writeAll(writer, ["line\n"]))[0] ?? "", /ENOSPC/);
    assert.equal(writer.dropped, i);
  }
});

test(
  "at the end of the process it gives up on who takes nothing, and writes what is taken",
  onLinux,
  async (t) => {
    const clock = createFakeClock();
    const pipe = await createFullPipe(t);
    const writer = new DescriptorWriter({ descriptor: pipe.writeEnd, bytesWaitingMax: 90, clock });
    writer.write("first\n");
    await pollUntil(() => clock.pendingTimers === 1);
    writer.write("second\n");
    writer.finish();
    pipe.read(pipe.bytes);
    writer.finish();
    assert.equal(pipe.read(100), "first\nsecond\n");
    assert.equal(clock.pendingTimers, 0);
  },
);
