// Authentication and everything that changes whom it lets in, on a catalog in memory and a clock of the test's.

import type { AuthLimits, AuthMode } from "../auth/authenticate.js";
import { createAccess } from "../composition/access.js";
import type { Config } from "../config/config.js";
import { defaultLimits } from "../config/limits.js";
import { createFakeClock } from "./fake-clock.js";
import { createMemoryCatalog } from "./memory-catalog.js";
import { createRecordingLogger } from "./recording-logger.js";

/** Where the caller is, when that does not matter. */
export const PEER = { address: "192.0.2.7" };

export function createTestAccess(mode: AuthMode = "required", limits: Partial<AuthLimits> = {}) {
  const clock = createFakeClock();
  const catalog = createMemoryCatalog();
  const log = createRecordingLogger();
  const config = { auth: mode, limits: { ...defaultLimits, ...limits } } as Config;
  const access = createAccess({ catalog, config, clock, log, endpoint: () => "example.test:8080" });
  return { ...access, clock, catalog, log };
}
