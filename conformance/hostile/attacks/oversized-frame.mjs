// A frame larger than SETTINGS_MAX_FRAME_SIZE: refused by its header, before anything is kept.

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "RFC 9113 4.2",
  does: "announces a frame of 16 MiB",
  limit: "frameBytesMax",
  meets: "GOAWAY FRAME_SIZE_ERROR",
  counter: 'subito_http2_connection_errors_total{fault="frame_size"}',
  memoryMb: 64,
  async run(target) {
    return [await target.exchangeHttp2(Buffer.from("ffffff000000000001", "hex"))];
  },
};
