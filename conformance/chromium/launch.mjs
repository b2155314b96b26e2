// Starts Debian's Chromium, headless, for the suites that need pages.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const launchArgs = [
  // Tests run as root too, where Chromium has no sandbox.
  "--no-sandbox",
  ...["--headless", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/**
 * @param {typeof import("playwright-core").chromium} chromium  of the suite's own playwright-core
 * @returns {Promise<import("playwright-core").Browser>}
 */
export function launchChromium(chromium) {
  return chromium.launch({ executablePath: findChromium(), args: launchArgs });
}

function findChromium() {
  const candidates = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "chromium"));
  const found = candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error("chromium is not in PATH");
  return found;
}
