// Every metric of the server, in the order in which it is exported; docs/reference/metrics.md lists them.

import type { LoopDelay } from "../kernel/loop-delay.js";
import type { Machine } from "../kernel/machine.js";
import type { Metric, Samples } from "./metric.js";

/** Where the numbers are: plain fields of those who count, read at each scrape. */
export interface MetricSources {
  readonly version: string;
  readonly machine: Machine;
  loopDelay(): LoopDelay;
  /** Open connections by protocol. */
  connections(): Samples;
  connectionsAccepted(): number;
  connectionsRefused(): Samples;
  http2ConnectionErrors(): Samples;
  http2StreamErrors(): Samples;
  http1Errors(): Samples;
  webSocketsRefused(): Samples;
  webSocketFaults(): Samples;
  requestsRefused(): Samples;
  authenticationFailures(): Samples;
  requestBytes(): number;
  outboxBytes(): number;
  subscriptions(): number;
  topics(): number;
  ringBytes(): number;
  itemsPublished(): number;
  itemsDelivered(): number;
  discontinuities(): number;
  logLinesDropped(): number;
}

export function createMetrics(sources: MetricSources): Metric[] {
  return [
    ...connectionMetrics(sources),
    ...requestMetrics(sources),
    ...topicMetrics(sources),
    ...processMetrics(sources),
  ];
}

function connectionMetrics(sources: MetricSources): Metric[] {
  return [
    {
      name: "subito_connections",
      type: "gauge",
      label: "protocol",
      help: "Open connections. `untold` have not said yet what they speak.",
      read: () => sources.connections(),
    },
    {
      name: "subito_connections_accepted_total",
      type: "counter",
      help: "Connections that were let in.",
      read: () => sources.connectionsAccepted(),
    },
    {
      name: "subito_connections_refused_total",
      type: "counter",
      label: "reason",
      help: "Connections that were closed before their first request.",
      read: () => sources.connectionsRefused(),
    },
    {
      name: "subito_http2_connection_errors_total",
      type: "counter",
      label: "fault",
      help: "HTTP/2 connections that were ended because of what the peer did.",
      read: () => sources.http2ConnectionErrors(),
    },
    {
      name: "subito_http2_stream_errors_total",
      type: "counter",
      label: "fault",
      help: "HTTP/2 streams that were refused or reset because of what the peer did; the connection goes on.",
      read: () => sources.http2StreamErrors(),
    },
    {
      name: "subito_http1_errors_total",
      type: "counter",
      label: "fault",
      help: "HTTP/1.1 requests that were refused before they reached a route.",
      read: () => sources.http1Errors(),
    },
    {
      name: "subito_websockets_refused_total",
      type: "counter",
      label: "reason",
      help: "WebSocket handshakes that were refused.",
      read: () => sources.webSocketsRefused(),
    },
    {
      name: "subito_websocket_faults_total",
      type: "counter",
      label: "fault",
      help: "WebSockets that were ended because of what the peer did.",
      read: () => sources.webSocketFaults(),
    },
  ];
}

function requestMetrics(sources: MetricSources): Metric[] {
  return [
    {
      name: "subito_requests_refused_total",
      type: "counter",
      label: "reason",
      help: "Requests that were refused because the server has as much as it may have.",
      read: () => sources.requestsRefused(),
    },
    {
      name: "subito_authentication_failures_total",
      type: "counter",
      label: "reason",
      help: "Calls that were not let in, by what was wrong with their credentials.",
      read: () => sources.authenticationFailures(),
    },
    {
      name: "subito_request_bytes",
      type: "gauge",
      help: "Bytes that unfinished requests hold.",
      read: () => sources.requestBytes(),
    },
    {
      name: "subito_outbox_bytes",
      type: "gauge",
      help: "Bytes that wait for peers which do not take them.",
      read: () => sources.outboxBytes(),
    },
  ];
}

function topicMetrics(sources: MetricSources): Metric[] {
  return [
    {
      name: "subito_topics",
      type: "gauge",
      help: "Topics that are alive.",
      read: () => sources.topics(),
    },
    {
      name: "subito_ring_bytes",
      type: "gauge",
      help: "Memory that the kept items of all topics take.",
      read: () => sources.ringBytes(),
    },
    {
      name: "subito_subscriptions",
      type: "gauge",
      help: "Subscriptions, with those that are being opened.",
      read: () => sources.subscriptions(),
    },
    {
      name: "subito_items_published_total",
      type: "counter",
      help: "Items that were published.",
      read: () => sources.itemsPublished(),
    },
    {
      name: "subito_items_delivered_total",
      type: "counter",
      help: "Items that were handed to subscribers' connections, each as often as it has receivers.",
      read: () => sources.itemsDelivered(),
    },
    {
      name: "subito_discontinuities_total",
      type: "counter",
      help: "Discontinuities that subscribers were told.",
      read: () => sources.discontinuities(),
    },
  ];
}

function processMetrics(sources: MetricSources): Metric[] {
  const { machine, version } = sources;
  return [
    {
      name: "subito_event_loop_delay_seconds",
      type: "gauge",
      label: "quantile",
      help: "How late the event loop came round, over the last half to whole minute; quantile 1 is the worst.",
      read: () => {
        const { medianSeconds, p99Seconds, maxSeconds } = sources.loopDelay();
        return { "0.5": medianSeconds, "0.99": p99Seconds, "1": maxSeconds };
      },
    },
    {
      name: "subito_resident_memory_bytes",
      type: "gauge",
      help: "Physical memory of the process.",
      read: () => machine.residentBytes(),
    },
    {
      name: "subito_heap_bytes",
      type: "gauge",
      help: "Memory in use on the JavaScript heap.",
      read: () => machine.memory().heapBytes,
    },
    {
      name: "subito_cpu_seconds_total",
      type: "counter",
      help: "Processor time of the process, user and system.",
      read: () => machine.cpuSeconds(),
    },
    {
      name: "subito_log_lines_dropped_total",
      type: "counter",
      help: "Log lines that were dropped because standard error did not take them.",
      read: () => sources.logLinesDropped(),
    },
    {
      name: "subito_build_info",
      type: "gauge",
      label: "version",
      help: "Always 1; the label says which version runs.",
      read: () => ({ [version]: 1 }),
    },
  ];
}
