// The SETTINGS frames of a peer, checked (RFC 9113 6.5).

import { ConnectionError } from "./fault.js";
import { DEFAULT_FRAME_BYTES, MAX_31_BITS, MAX_FRAME_BYTES, Setting } from "./frame-types.js";
import { readUint32 } from "./frames.js";

/** The settings that matter to a server; absent where the frame does not name them. */
export interface PeerSettings {
  initialWindowBytes?: number;
  frameBytesMax?: number;
  /** Size of the table that our header blocks could fill, if they used it. */
  headerTableBytes?: number;
}

export function parseSettings(payload: Uint8Array): PeerSettings {
  const settings: PeerSettings = {};
  for (let at = 0; at < payload.length; at += 6) {
    const id = ((payload[at] as number) << 8) | (payload[at + 1] as number);
    const value = readUint32(payload, at + 2);
    switch (id) {
      case Setting.HEADER_TABLE_SIZE:
        settings.headerTableBytes = value;
        break;
      case Setting.ENABLE_PUSH:
        if (value > 1) throw new ConnectionError("protocol", "ENABLE_PUSH is neither 0 nor 1");
        break;
      case Setting.INITIAL_WINDOW_SIZE:
        if (value > MAX_31_BITS) {
          throw new ConnectionError("flow_control", "INITIAL_WINDOW_SIZE above 2^31-1");
        }
        settings.initialWindowBytes = value;
        break;
      case Setting.MAX_FRAME_SIZE:
        if (value < DEFAULT_FRAME_BYTES || value > MAX_FRAME_BYTES) {
          throw new ConnectionError("protocol", "MAX_FRAME_SIZE out of range");
        }
        settings.frameBytesMax = value;
        break;
      default:
        // Unknown settings are ignored; the others limit what we never send (pushes).
        break;
    }
  }
  return settings;
}
