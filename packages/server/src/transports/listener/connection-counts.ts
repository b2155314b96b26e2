// What the listener counts: plain fields, added to where things happen and read when somebody asks.

/** Why a connection was closed before its first request. */
export type ConnectionRefusal = keyof ConnectionCounts["refused"];

/** Why an HTTP/1.1 request was refused before it reached a route. */
export type Http1Fault = keyof ConnectionCounts["http1Errors"];

export class ConnectionCounts {
  accepted = 0;
  readonly refused = {
    connections_max: 0,
    tls_handshakes_max: 0,
    tls_handshakes_per_address_max: 0,
    accept_rate: 0,
    memory: 0,
    shutdown: 0,
    tls_on_plaintext: 0,
    plaintext_on_tls: 0,
    client_certificate: 0,
    tls_handshake: 0,
    unknown_protocol: 0,
    preface_timeout: 0,
  };
  readonly http1Errors = {
    bad_request: 0,
    header_overflow: 0,
    timeout: 0,
    stalled: 0,
    pipelining: 0,
    body_too_large: 0,
    version_not_supported: 0,
  };
}
