// How long streams have waited, counted from tick to tick.

import type { Http2Stream } from "./stream.js";

const none: readonly Http2Stream[] = [];

/** Of those with a backlog, the ones of which no byte has left for longer than `timeoutMs`. */
export function findStalled(
  pending: ReadonlySet<Http2Stream> | undefined,
  elapsedMs: number,
  timeoutMs: number,
): readonly Http2Stream[] {
  if (pending === undefined) return none;
  return [...pending].filter(({ backlog }) => {
    if (backlog === undefined) return false;
    backlog.stalledMs += elapsedMs;
    return backlog.stalledMs > timeoutMs;
  });
}

/** Those whose request has been incomplete for longer than `timeoutMs`. */
export function findIncomplete(
  streams: Iterable<Http2Stream>,
  elapsedMs: number,
  timeoutMs: number,
): readonly Http2Stream[] {
  let late: Http2Stream[] | undefined;
  for (const stream of streams) {
    if (stream.remoteEnded) continue;
    stream.incompleteMs += elapsedMs;
    if (stream.incompleteMs > timeoutMs) (late ??= []).push(stream);
  }
  return late ?? none;
}
