// The text format of Prometheus, as a scraper reads it.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Metric, toPrometheusText } from "./metric.js";

function gauge(read: Metric["read"], extra: Partial<Metric> = {}): Metric {
  return { name: "a_bytes", type: "gauge", help: "Bytes.", read, ...extra };
}

test("a number is one line, a label one for each of its values", () => {
  const metrics = [
    gauge(() => 1.5),
    gauge(() => ({ x: 0, y: 2 }), { name: "b_total", type: "counter", label: "kind" }),
  ];
  assert.equal(
    toPrometheusText(metrics),
    '# HELP a_bytes Bytes.\n# TYPE a_bytes gauge\na_bytes 1.5\n# HELP b_total Bytes.\n# TYPE b_total counter\nb_total{kind="x"} 0\nb_total{kind="y"} 2\n',
  );
});

test("values are read when the text is made", () => {
  let value = 1;
  const metrics = [gauge(() => value)];
  assert.match(toPrometheusText(metrics), /^a_bytes 1$/m);
  value = 2;
  assert.match(toPrometheusText(metrics), /^a_bytes 2$/m);
});

test("numbers that JavaScript writes in its own way are written in Prometheus'", () => {
  const text = toPrometheusText([
    gauge(() => ({ a: Infinity, b: -Infinity, c: NaN, d: 1e21 }), { label: "l" }),
  ]);
  assert.deepEqual(
    [...text.matchAll(/^a_bytes\{.*\} (.*)$/gm)].map(([, value]) => value),
    ["+Inf", "-Inf", "NaN", "1e+21"],
  );
});

test("property: whatever a label holds, it stays one line, and can be read back", () => {
  fc.assert(
    fc.property(fc.string(), fc.double(), (label, value) => {
      const text = toPrometheusText([gauge(() => ({ [label]: value }), { label: "l" })]);
      const lines = text.split("\n");
      assert.equal(lines.length, 4);
      const [, escaped = ""] = /^a_bytes\{l="(.*)"\} \S+$/.exec(lines[2] ?? "") ?? [];
      const unescaped = escaped.replace(/\\(.)/g, (_, character: string) =>
        character === "n" ? "\n" : character,
      );
      assert.equal(unescaped, label);
    }),
  );
});
