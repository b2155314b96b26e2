// What the server uses of this package.

export type { WebSocketChannel, WebSocketHandler } from "./channel.js";
export { OutMessage, binaryMessage, joinMessages, textMessage } from "./out-message.js";
