// Where each metric is read, in a server that runs.

import type { EmbeddedEngine } from "../engines/embedded/engine.js";
import { stderrLinesDropped } from "../kernel/log.js";
import type { LoopDelayGauge } from "../kernel/loop-delay.js";
import type { Machine } from "../kernel/machine.js";
import { VERSION } from "../kernel/version.js";
import type { MetricSources } from "../metering/metrics.js";
import type { Topics } from "../topics/topics.js";
import type { Access } from "./access.js";
import type { ServerPort } from "./port.js";

/** Looked up at each scrape; nothing is copied before. */
export function toMetricSources(
  engine: EmbeddedEngine,
  topics: Topics,
  { listener, http2, http2Counts, webSockets, requestMemory, shedding }: ServerPort,
  access: Access,
  { loopDelay, machine }: { readonly loopDelay: LoopDelayGauge; readonly machine: Machine },
): MetricSources {
  return {
    version: VERSION,
    machine,
    loopDelay: () => loopDelay.read(),
    connections: () => listener.connections(),
    connectionsAccepted: () => listener.counts.accepted,
    connectionsRefused: () => listener.counts.refused,
    http2ConnectionErrors: () => http2Counts.connectionErrors,
    http2StreamErrors: () => http2Counts.streamErrors,
    http1Errors: () => listener.counts.http1Errors,
    webSocketsRefused: () => webSockets.counts.refused,
    webSocketFaults: () => webSockets.counts.faults,
    requestsRefused: () => ({
      ...shedding.refused,
      request_bytes: requestMemory.refused,
      subscriptions_max: topics.counts.subscriptionsRefused,
    }),
    authenticationFailures: () => access.authenticator.failures,
    requestBytes: () => requestMemory.bytes,
    outboxBytes: () => http2.outboxBudget.bytes + webSockets.server.outboxBudget.bytes,
    subscriptions: () => topics.subscriptionCount(),
    topics: () => engine.topicStats().topics,
    ringBytes: () => engine.topicStats().ringBytes,
    itemsPublished: () => topics.counts.itemsPublished,
    itemsDelivered: () => topics.counts.itemsDelivered,
    discontinuities: () => topics.counts.discontinuities,
    logLinesDropped: stderrLinesDropped,
  };
}
