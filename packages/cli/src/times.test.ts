// Durations and moments: every one that is written is read as what it stands for, and nothing else is read.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UsageError } from "./command.js";
import { formatMoment, parseDurationSeconds, parseMoment } from "./times.js";

const duration = (text: string): number => parseDurationSeconds("--expires", text);
const moment = (text: string): number => parseMoment("--issued-before", text);

test("durations have one unit", () => {
  assert.deepEqual(["1s", "90s", "10m", "24h", "30d"].map(duration), [1, 90, 600, 86_400, 2_592_000]);
});

test("what is no duration is refused, and named", () => {
  for (const text of [
    "",
    "10",
    "m",
    "0s",
    "010m",
    "-1m",
    "+1m",
    "1.5h",
    "1h30m",
    "10 m",
    "10M",
    "10m\n",
    "1w",
  ]) {
    const isFault = (error: unknown): boolean =>
      error instanceof UsageError &&
      error.message.includes(`--expires takes`) &&
      error.message.includes(JSON.stringify(text));
    assert.throws(() => duration(text), isFault, JSON.stringify(text));
  }
});

test("property: a duration is its number times its unit; any other text is a usage error", () => {
  const units = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
  const unit = fc.constantFrom("s", "m", "h", "d");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999 }), unit, (count, name) => {
      assert.equal(duration(`${count}${name}`), count * units[name]);
    }),
  );
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("0", "1", "9", "s", "m", "h", "d", " ", "-", ".") }),
      (text) => {
        const isDuration = /^[1-9]\d{0,5}[smhd]$/.test(text);
        if (isDuration) assert.ok(duration(text) > 0);
        else assert.throws(() => duration(text), UsageError);
      },
    ),
  );
});

test("moments are ISO 8601 with a zone, a day in UTC, or epoch seconds", () => {
  for (const [text, seconds] of [
    ["1970-01-01", 0],
    ["2026-11-25", 1_795_564_800],
    ["2026-11-25T10:00Z", 1_795_600_800],
    ["2026-11-25T10:00:00Z", 1_795_600_800],
    ["2026-11-25T12:00:00+02:00", 1_795_600_800],
    ["2026-11-25T10:00:00.125Z", 1_795_600_800.125],
    ["1795600800", 1_795_600_800],
    ["1795600800.5", 1_795_600_800.5],
  ] as const) {
    assert.equal(moment(text), seconds, text);
  }
});

test("what is no moment is refused, so that nothing else is revoked than was meant", () => {
  for (const text of [
    ...[
      "",
      "now",
      "yesterday",
      "2026",
      "20261125",
      "2026-11",
      "2026-1-5",
      "2026-02-30",
      "2026-02-30T10:00:00Z",
      "2026-13-01",
    ],
    ...["2026-11-25T10:00:00", "2026-11-25 10:00:00Z", "2026-11-25T25:00:00Z", "2026-11-25T10:61:00Z"],
    ...["25.11.2026", "11/25/2026", "1e9", "-5", "0x10", "1795600800000", " 1795600800", "1795600800.1234"],
  ]) {
    assert.throws(() => moment(text), UsageError, JSON.stringify(text));
  }
});

test("property: a moment that is printed is read back as itself", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (ms) => {
      const text = formatMoment(ms / 1000);
      assert.equal(Math.round(moment(text) * 1000), ms);
      assert.equal(text.includes("."), ms % 1000 !== 0);
    }),
  );
});

test("a moment beyond what Date knows is printed as what it is", () => {
  assert.equal(formatMoment(8_640_000_000_000), "+275760-09-13T00:00:00Z");
  assert.equal(formatMoment(9_000_000_000_000), "9000000000000 (epoch seconds)");
  assert.equal(formatMoment(-9_000_000_000_000), "-9000000000000 (epoch seconds)");
  for (const odd of [NaN, Infinity, -Infinity]) assert.equal(formatMoment(odd), `${odd} (epoch seconds)`);
});
