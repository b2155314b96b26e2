// The `grpc-timeout` field: at most eight digits and a unit.

const UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 0.001,
  n: 0.000_001,
};

/** The time a caller gives its call, in milliseconds; undefined when it gives none. Throws RangeError when it is no timeout. */
export function parseTimeoutMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const unit = UNIT_MS[text.slice(-1)];
  const digits = text.slice(0, -1);
  if (unit === undefined || !/^\d{1,8}$/.test(digits)) throw new RangeError("grpc-timeout is not a timeout");
  return Number(digits) * unit;
}
