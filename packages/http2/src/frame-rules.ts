// What a frame's header alone tells: size and stream id of each type (RFC 9113 section 6).

import { ConnectionError } from "./fault.js";
import { FrameType, Flag } from "./frame-types.js";

function sizeError(reason: string): ConnectionError {
  return new ConnectionError("frame_size", reason);
}

function protocolError(reason: string): ConnectionError {
  return new ConnectionError("protocol", reason);
}

/** Throws ConnectionError for a frame that is wrong whatever its payload. */
export function checkFrameHeader(
  type: number,
  flags: number,
  streamId: number,
  payloadBytes: number,
  frameBytesMax: number,
): void {
  if (payloadBytes > frameBytesMax) throw sizeError("a frame above SETTINGS_MAX_FRAME_SIZE");
  switch (type) {
    case FrameType.DATA:
    case FrameType.HEADERS:
      // Clients open streams with odd ids (RFC 9113 5.1.1).
      if (streamId % 2 === 0) throw protocolError("DATA and HEADERS need the id of a client's stream");
      if ((flags & Flag.PADDED) !== 0 && payloadBytes === 0)
        throw sizeError("a padded frame without a pad length");
      break;
    case FrameType.PRIORITY:
      checkStreamFrame("PRIORITY", streamId, payloadBytes, 5);
      break;
    case FrameType.RST_STREAM:
      checkStreamFrame("RST_STREAM", streamId, payloadBytes, 4);
      break;
    case FrameType.SETTINGS:
      if (streamId !== 0) throw protocolError("SETTINGS on a stream");
      if ((flags & Flag.ACK) !== 0 ? payloadBytes !== 0 : payloadBytes % 6 !== 0) {
        throw sizeError("SETTINGS of a wrong size");
      }
      break;
    case FrameType.PUSH_PROMISE:
      throw protocolError("PUSH_PROMISE from a client");
    case FrameType.PING:
      if (streamId !== 0) throw protocolError("PING on a stream");
      if (payloadBytes !== 8) throw sizeError("PING of a wrong size");
      break;
    case FrameType.GOAWAY:
      if (streamId !== 0) throw protocolError("GOAWAY on a stream");
      if (payloadBytes < 8) throw sizeError("GOAWAY of a wrong size");
      break;
    case FrameType.WINDOW_UPDATE:
      if (payloadBytes !== 4) throw sizeError("WINDOW_UPDATE of a wrong size");
      break;
    default:
      // CONTINUATION is judged by what came before it; unknown types are ignored (RFC 9113 5.5).
      break;
  }
}

function checkStreamFrame(name: string, streamId: number, payloadBytes: number, wantedBytes: number): void {
  if (streamId === 0) throw protocolError(`${name} on the connection`);
  if (payloadBytes !== wantedBytes) throw sizeError(`${name} of a wrong size`);
}
