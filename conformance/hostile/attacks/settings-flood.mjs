// SETTINGS flood: each wants an answer.

import { toSettings } from "../wire/frames.mjs";

const settings = toSettings();

/** @type {import("../target.mjs").Attack} */
export const attack = {
  reference: "CVE-2019-9515",
  does: "sends SETTINGS without end",
  limit: "settingsBurstMax, settingsPerSecondMax",
  meets: "GOAWAY ENHANCE_YOUR_CALM",
  counter: 'subito_http2_connection_errors_total{fault="too_many_pings_or_settings"}',
  memoryMb: 64,
  async run(target) {
    const peer = await target.connectHttp2();
    await peer.flood(() => settings);
    return [await target.patiently(peer.ended)];
  },
};
