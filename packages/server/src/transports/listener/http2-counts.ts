// How often HTTP/2 peers did what the HTTP/2 layer ended a connection or a stream for.

import { CONNECTION_FAULTS, type ConnectionFault, STREAM_FAULTS, type StreamFault } from "@subito/http2";

export class Http2Counts {
  readonly connectionErrors = zeros(Object.keys(CONNECTION_FAULTS) as ConnectionFault[]);
  readonly streamErrors = zeros(Object.keys(STREAM_FAULTS) as StreamFault[]);
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}
