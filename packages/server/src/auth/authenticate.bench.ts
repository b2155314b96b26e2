// What it costs a publish to find out who it is and whether they may: authentication from memory, and the permission for the topic.
// `node dist/auth/authenticate.bench.js`; what a whole publish costs is told by bench/designs/authentication.js.

import { createAccess } from "../composition/access.js";
import type { Config } from "../config/config.js";
import { defaultLimits } from "../config/limits.js";
import { systemClock } from "../kernel/clock.js";
import { silentLogger } from "../kernel/log.js";
import type { Rule } from "../ports/permissions.js";
import { createMemoryCatalog } from "../testing/memory-catalog.js";
import { authorizeIssueTokens, authorizeManageAccess, authorizePublish } from "./authorize.js";
import { LOCAL_PRINCIPAL, type Principal } from "./principal.js";

export interface AuthenticateBenchSize {
  readonly calls: number;
  readonly rounds: number;
}

export interface AuthenticateBenchResult {
  readonly credential: string;
  /** Of the best round. */
  readonly nsPerCall: number;
}

const peer = { address: "127.0.0.1" };

function topicRule(prefix: string): Rule {
  return { type: "topic", permissions: ["write"], caches: { name: "cache" }, topics: { prefix } };
}

async function createCredentials() {
  const access = createAccess({
    ...{ catalog: createMemoryCatalog(), clock: systemClock, log: silentLogger, endpoint: () => "" },
    config: { auth: "required", limits: defaultLimits } as Config,
  });
  const key = { description: "", roleId: "operator", expiresAtMs: undefined } as const;
  const manage = authorizeManageAccess(LOCAL_PRINCIPAL);
  const issue = authorizeIssueTokens(LOCAL_PRINCIPAL);
  const rules = Array.from({ length: 20 }, (_, i) => topicRule(i === 19 ? "topic" : `other-${i}`));
  const token = { tokenId: "me", lifetimeSeconds: 3600 };
  return {
    access,
    credentials: {
      "v1 key": (await access.apiKeys.create(manage, { ...key, form: "v1" })).token,
      "v2 key": (await access.apiKeys.create(manage, { ...key, form: "v2" })).token,
      "disposable token, 1 rule": (
        await access.tokens.createDisposable(issue, {
          ...token,
          permissions: { rules: [topicRule("topic")] },
        })
      ).token,
      "disposable token, the last of 20 rules": (
        await access.tokens.createDisposable(issue, { ...token, permissions: { rules } })
      ).token,
    },
  };
}

export async function runAuthenticateBench(size: AuthenticateBenchSize): Promise<AuthenticateBenchResult[]> {
  const { access, credentials } = await createCredentials();
  const results: AuthenticateBenchResult[] = [];
  for (const [credential, token] of Object.entries(credentials)) {
    await access.authenticator.authenticate(token, peer);
    let best = Infinity;
    for (let round = 0; round < size.rounds; round++) {
      const startMs = performance.now();
      for (let i = 0; i < size.calls; i++) {
        const principal = access.authenticator.authenticate(token, peer) as Principal;
        authorizePublish(principal, "cache", "topic");
      }
      best = Math.min(best, ((performance.now() - startMs) * 1e6) / size.calls);
    }
    results.push({ credential, nsPerCall: best });
  }
  access.close();
  return results;
}

if (process.argv[1] === import.meta.filename) {
  for (const { credential, nsPerCall } of await runAuthenticateBench({ calls: 1_000_000, rounds: 9 }))
    console.log(`${credential}: ${nsPerCall.toFixed(0)} ns`);
}
