// A proxy of the kind that stands before many servers: it speaks HTTP/1.1 and knows of no upgrade; it may keep an answer back until it is whole.

import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface HttpProxyOptions {
  /** Passes an answer on only when all of it has come. */
  readonly buffers: boolean;
}

/** Stands before `server` until the test ends. */
export async function startHttpProxy(
  t: TestContext,
  server: { readonly port: number },
  { buffers }: HttpProxyOptions,
): Promise<{ readonly port: number }> {
  const proxy = createServer((request, response) => {
    const { method, url: path, headers } = request;
    const forwarded = httpRequest(
      { host: "127.0.0.1", port: server.port, method, path, headers, agent: false },
      (answer) => {
        const pieces: Buffer[] = [];
        const writeHead = () => response.writeHead(answer.statusCode ?? 502, answer.headers);
        if (!buffers) {
          writeHead().flushHeaders();
          answer.pipe(response);
          return;
        }
        answer.on("data", (piece: Buffer) => pieces.push(piece));
        answer.on("end", () => writeHead().end(Buffer.concat(pieces)));
        answer.on("error", () => response.destroy());
      },
    );
    forwarded.on("error", () => response.destroy());
    response.on("close", () => forwarded.destroy());
    request.pipe(forwarded);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  t.after(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return { port: (proxy.address() as AddressInfo).port };
}
