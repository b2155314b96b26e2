// One exported number, or one for each value of a label, and how Prometheus wants to see it (text format 0.0.4).

/** A value for each label value; all of them from the start, so that a rate is right from the first event on. */
export type Samples = Readonly<Record<string, number>>;

/** Label values are closed sets of the code: never a name, a token or an address that came from outside. */
export interface Metric {
  /** With its unit at the end; counters end in `_total`. */
  readonly name: string;
  readonly type: "counter" | "gauge";
  /** A sentence, also in docs/reference/metrics.md. */
  readonly help: string;
  /** The one label, where there is one. */
  readonly label?: string;
  /** Called at each scrape: what is counted is counted in plain fields, and costs nothing before. */
  readonly read: () => number | Samples;
}

/** The exposition of all metrics. */
export function toPrometheusText(metrics: readonly Metric[]): string {
  const lines: string[] = [];
  for (const { name, type, help, label = "", read } of metrics) {
    lines.push(`# HELP ${name} ${escapeText(help)}`, `# TYPE ${name} ${type}`);
    const value = read();
    if (typeof value === "number") {
      lines.push(`${name} ${toText(value)}`);
      continue;
    }
    for (const [labelValue, sample] of Object.entries(value)) {
      lines.push(`${name}{${label}="${escapeLabel(labelValue)}"} ${toText(sample)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function toText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return String(value);
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeText(text).replaceAll('"', '\\"');
}
