// The server's side of the opening handshake (RFC 6455 4.2): what is right with a request, and the answer.

import { createHash } from "node:crypto";
import { negotiateDeflate } from "./extensions.js";

/** As much of an HTTP/1.1 request as a handshake is made of. */
export interface HandshakeRequest {
  readonly method: string;
  /** By name in lower case; values of a field that came several times with commas between them. */
  field(name: string): string | undefined;
}

export interface HandshakeOptions {
  /** The subprotocol that is spoken here. */
  readonly protocol: string;
  /** Take messages that are compressed, where a client offers it. */
  readonly deflate: boolean;
}

/** A request that is none, with a sentence for people. `wrong_version`: status 426. */
export interface HandshakeProblem {
  readonly problem: "bad_request" | "wrong_version";
  readonly message: string;
}

export interface AcceptedHandshake {
  readonly problem: undefined;
  /** Header fields of the answer, beside those that do not change. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly deflate: boolean;
}

/** What is sent with status 426. */
export const WEBSOCKET_VERSION = "13";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** Base64 of 16 bytes. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

export function checkHandshake(
  request: HandshakeRequest,
  { protocol, deflate }: HandshakeOptions,
): AcceptedHandshake | HandshakeProblem {
  if (request.method !== "GET") return badRequest("A WebSocket is asked for by GET.");
  if (!hasToken(request.field("upgrade"), "websocket"))
    return badRequest("A WebSocket handshake is needed: Upgrade is not websocket.");
  if (!hasToken(request.field("connection"), "upgrade"))
    return badRequest("A WebSocket handshake is needed: Connection is not Upgrade.");
  if (request.field("sec-websocket-version") !== WEBSOCKET_VERSION)
    return { problem: "wrong_version", message: "Sec-WebSocket-Version must be 13." };
  const key = request.field("sec-websocket-key");
  if (key === undefined || !KEY.test(key))
    return badRequest("Sec-WebSocket-Key is not the Base64 of 16 bytes.");
  const offered = request.field("sec-websocket-protocol");
  // Unlike other tokens, these are compared as they are.
  if (offered !== undefined && !tokensOf(offered).includes(protocol))
    return badRequest(`Of subprotocols, only ${protocol} is spoken here.`);
  const extension = deflate ? negotiateDeflate(request.field("sec-websocket-extensions")) : undefined;
  return {
    problem: undefined,
    fields: [
      ["sec-websocket-accept", acceptOf(key)],
      ...(offered === undefined ? [] : [["sec-websocket-protocol", protocol] as const]),
      ...(extension === undefined ? [] : [["sec-websocket-extensions", extension] as const]),
    ],
    deflate: extension !== undefined,
  };
}

/** The head of the answer, to be sent before any frame. */
export function switchingProtocols(fields: AcceptedHandshake["fields"]): Uint8Array {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.from(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n${lines}\r\n`,
    "latin1",
  );
}

/** True when the field, a list, names `token`, which is in lower case. */
export function hasToken(field: string | undefined, token: string): boolean {
  return field !== undefined && tokensOf(field).some((each) => each.toLowerCase() === token);
}

export function acceptOf(key: string): string {
  return createHash("sha1")
    .update(key + GUID)
    .digest("base64");
}

function tokensOf(field: string): string[] {
  return field.split(",").map((token) => token.trim());
}

function badRequest(message: string): HandshakeProblem {
  return { problem: "bad_request", message };
}
