// Tells node:http which requests for another protocol leave HTTP. Once anybody listens to its event `upgrade`, it lets all of them leave; but
// those for what we do not speak, `h2c` for one, are to be answered as if they had not asked (RFC 9110 7.8).

import { IncomingMessage } from "node:http";

const ASKS = Symbol("asks for another protocol");

/** For `IncomingMessage` of `createServer`. `isWanted` is asked of requests that ask for another protocol. */
export function upgradableBy(isWanted: (request: IncomingMessage) => boolean): typeof IncomingMessage {
  return class extends IncomingMessage {
    [ASKS]?: unknown;

    /** node:http writes down here what the parser found, and goes by what it then reads. (Node 24 has `shouldUpgradeCallback` for it.) */
    get upgrade(): boolean {
      return this[ASKS] === true && (this.method === "CONNECT" || isWanted(this));
    }

    set upgrade(asks: unknown) {
      this[ASKS] = asks;
    }
  };
}
