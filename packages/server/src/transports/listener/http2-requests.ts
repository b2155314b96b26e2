// Sorts the requests of HTTP/2 connections: gRPC calls by their content type, everything else to the HTTP handlers.

import type { Http2Stream, StreamHandler } from "@subito/http2";
import { GrpcCall, type GrpcEnvironment } from "../../rpc/grpc/call.js";
import type { HttpHandler } from "../../rpc/http-message.js";
import type { MethodTable } from "../../rpc/methods.js";
import { Http2Call } from "./http2-call.js";
import { type LoadShedding, RefusedRequest } from "./load-shedding.js";

export interface Http2RequestsOptions {
  readonly methods: MethodTable;
  readonly grpc: GrpcEnvironment;
  readonly handleHttp: HttpHandler;
  readonly bodyBytesMax: number;
  readonly shedding: LoadShedding;
}

/** `application/grpc`, alone or with a `+proto` suffix or parameters; not gRPC-Web. */
const GRPC_CONTENT_TYPE = /^application\/grpc(?:[+;]|$)/;

export function createHttp2Requests(options: Http2RequestsOptions): (stream: Http2Stream) => StreamHandler {
  return (stream) => {
    const { headers } = stream;
    const contentType = headers.get("content-type");
    const isGrpc =
      headers.method === "POST" && contentType !== undefined && GRPC_CONTENT_TYPE.test(contentType);
    if (options.shedding.refuses(headers.method, headers.path)) return new RefusedRequest(stream, isGrpc);
    if (isGrpc) {
      return new GrpcCall(stream, options.methods.get(headers.path), options.grpc);
    }
    return new Http2Call(stream, options.handleHttp, options.bodyBytesMax, options.grpc.requestMemory);
  };
}
