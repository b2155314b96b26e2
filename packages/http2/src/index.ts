// The public face of @subito/http2.

export type { ByteSink, WriteTurn } from "./byte-sink.js";
export { Http2Connection } from "./connection.js";
export { ErrorCode } from "./error-code.js";
export { CONNECTION_FAULTS, type ConnectionFault, STREAM_FAULTS, type StreamFault } from "./fault.js";
export { encodeHeaders } from "./hpack/encoder.js";
export { type Http2Limits, defaultHttp2Limits } from "./limits.js";
export { RequestHeaders } from "./request-headers.js";
export { type Http2Server, type Http2ServerOptions, createHttp2Server } from "./server.js";
export { Reply, SharedBytes } from "./stamped-frames.js";
export { Http2Stream, type StreamEnd, type StreamHandler } from "./stream.js";
