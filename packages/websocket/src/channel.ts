// One WebSocket, as its application sees it.

import type { OutMessage } from "./out-message.js";

/** The side of a socket that its application calls. */
export interface WebSocketChannel {
  readonly peerAddress: string;
  /** True while what is sent leaves at the end of this turn. When it is false, `drained` is called once it is true again. */
  readonly ready: boolean;
  /** Sends at the end of the turn, in order. Of a closed socket: does nothing. */
  send(message: OutMessage): void;
  /**
   * Starts the closing handshake, after everything that was sent. `code` as in RFC 6455 7.4; `reason` is cut to 123 bytes. No message comes in
   * any more; `closed` is called when the peer has answered, or after a while without.
   */
  close(code: number, reason: string): void;
  /** Stops and restarts the messages that come in; for an application that is busy with one. */
  pause(): void;
  resume(): void;
}

/** The side of a socket that its application gives. None of them may throw. */
export interface WebSocketHandler {
  /** A whole message, put together from its fragments; of a text one, the bytes are valid UTF-8. They are not kept by the socket. */
  message(kind: "text" | "binary", bytes: Uint8Array): void;
  /** `ready` is true again. */
  drained(): void;
  /** The socket is gone, for whatever reason; called once, and nothing is called after it. */
  closed(): void;
}
