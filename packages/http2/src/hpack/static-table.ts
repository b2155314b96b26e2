// The static table of HPACK (RFC 7541 Appendix A), by index for the decoder and by text for the encoder.

const entries: readonly (readonly [name: string, value?: string])[] = [
  [":authority"],
  [":method", "GET"],
  [":method", "POST"],
  [":path", "/"],
  [":path", "/index.html"],
  [":scheme", "http"],
  [":scheme", "https"],
  [":status", "200"],
  [":status", "204"],
  [":status", "206"],
  [":status", "304"],
  [":status", "400"],
  [":status", "404"],
  [":status", "500"],
  ["accept-charset"],
  ["accept-encoding", "gzip, deflate"],
  ["accept-language"],
  ["accept-ranges"],
  ["accept"],
  ["access-control-allow-origin"],
  ["age"],
  ["allow"],
  ["authorization"],
  ["cache-control"],
  ["content-disposition"],
  ["content-encoding"],
  ["content-language"],
  ["content-length"],
  ["content-location"],
  ["content-range"],
  ["content-type"],
  ["cookie"],
  ["date"],
  ["etag"],
  ["expect"],
  ["expires"],
  ["from"],
  ["host"],
  ["if-match"],
  ["if-modified-since"],
  ["if-none-match"],
  ["if-range"],
  ["if-unmodified-since"],
  ["last-modified"],
  ["link"],
  ["location"],
  ["max-forwards"],
  ["proxy-authenticate"],
  ["proxy-authorization"],
  ["range"],
  ["referer"],
  ["refresh"],
  ["retry-after"],
  ["server"],
  ["set-cookie"],
  ["strict-transport-security"],
  ["transfer-encoding"],
  ["user-agent"],
  ["vary"],
  ["via"],
  ["www-authenticate"],
];

/** 61. The dynamic table begins at the index after it. */
export const staticTableLength = entries.length;

/** Names by index, which begins at 1; place 0 is unused. */
export const staticNames: readonly string[] = ["", ...entries.map(([name]) => name)];

/** Values by index, which begins at 1; "" where the table gives none. */
export const staticValues: readonly string[] = ["", ...entries.map(([, value]) => value ?? "")];

const indexByName = new Map<string, number>();
const indexByField = new Map<string, number>();
for (let index = staticTableLength; index >= 1; index--) {
  const name = staticNames[index] as string;
  indexByName.set(name, index);
  indexByField.set(`${name}\0${staticValues[index] as string}`, index);
}

/** The lowest index with this name, or 0. */
export function staticIndexOfName(name: string): number {
  return indexByName.get(name) ?? 0;
}

/** The index with this name and value, or 0. */
export function staticIndexOfField(name: string, value: string): number {
  return indexByField.get(`${name}\0${value}`) ?? 0;
}
