// What the server uses of this package.

export type { OutMessage, WebSocketChannel, WebSocketHandler } from "./channel.js";
