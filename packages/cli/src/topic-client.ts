// The client of the SDK that publishes and subscribes for the command line: with its key, and with its trust in CAs and certificates.

import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { type FetchLike, TopicClient, TopicConfigurations } from "@subito/sdk";
import { WebSocket } from "ws";
import { tellRefusal } from "./http-api.js";
import { ANSWER_TIMEOUT_MS, type ServerAddress, sendHttp } from "./server-connection.js";

/** A client that throws its errors. */
export function createTopicClient(address: ServerAddress): TopicClient {
  const { tls, token, url } = address;
  // Node 20 has no WebSocket of its own, and that of later versions takes no CA.
  class Socket extends WebSocket {
    constructor(socketUrl: string, protocols: string) {
      super(socketUrl, protocols, { ...tls });
      // `ws` itself would tell the status only.
      this.on("unexpected-response", (_request, response) => void this.#refuse(response));
    }

    async #refuse(response: IncomingMessage): Promise<void> {
      const status = response.statusCode ?? 0;
      const reason = await text(response).then((body) => tellRefusal({ status, text: body }), String);
      this.emit("error", new Error(reason));
      this.terminate();
    }
  }
  const fetch: FetchLike = async (requestUrl, { method, headers, body, signal }) => {
    const answer = await sendHttp(tls, method, requestUrl, { headers, body, signal });
    return {
      status: answer.status,
      ok: answer.status >= 200 && answer.status < 300,
      text: () => Promise.resolve(answer.text),
    };
  };
  return new TopicClient({
    credentialProvider: {
      getAuthToken: () => token,
      getCacheEndpoint: () => url,
      isEndpointSecure: () => true,
    },
    configuration: TopicConfigurations.Default.latest().withThrowOnErrors(true),
    timing: { publishTimeoutMs: ANSWER_TIMEOUT_MS },
    WebSocket: Socket,
    fetch,
  });
}
