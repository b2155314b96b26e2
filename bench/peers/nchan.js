// nginx with nchan: one worker process, nothing stored. Subscribers by WebSocket, publishing by POST.

import { access } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { readVersion, requireTool } from "../system/tools.js";
import { startConfiguredServer } from "./configured-server.js";
import { HOST } from "./peer.js";

const TOOL = "nginx";
/** Where Debian's libnginx-mod-nchan has it. */
const MODULE = "/usr/lib/nginx/modules/ngx_nchan_module.so";
const CONNECTIONS_MAX = 15_000;
const POLL_MS = 20;
const POLLS_MAX = 250;

/** @param {number} port @param {string} folder */
function toConfiguration(port, folder) {
  return `load_module ${MODULE};
daemon off;
user root;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections ${CONNECTIONS_MAX}; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  client_body_buffer_size 1m;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  tcp_nodelay on;
  nchan_shared_memory_size 1g;
  server {
    listen ${HOST}:${port} backlog=4096;
    location ~ ^/publish/(.+)$ {
      nchan_publisher http;
      nchan_channel_id $1;
      nchan_store_messages off;
    }
    location ~ ^/subscribe/(.+)$ {
      nchan_subscriber websocket;
      nchan_channel_id $1;
    }
  }
}
`;
}

/** @param {number} pid  of the master @returns {Promise<number>} the worker, which does the work */
async function findWorker(pid) {
  for (let poll = 0; poll < POLLS_MAX; poll++) {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    if (child !== undefined && child !== "") return Number(child);
    await sleep(POLL_MS);
  }
  throw new Error("nginx has no worker process");
}

/** @type {import("./peer.js").Peer} */
export const nchan = {
  id: "nchan",
  label: "nginx nchan",
  tool: TOOL,
  toolRequired: true,
  prepare: async () => {
    await access(MODULE).catch(() => {
      throw new Error("libnginx-mod-nchan is not installed");
    });
  },
  fanoutDeliveriesMax: 2_000_000,
  version: () => `nginx ${readVersion(requireTool(TOOL), ["-v"])}`,
  start: async () => {
    const { pid, port, stop } = await startConfiguredServer({
      command: requireTool(TOOL),
      fileName: "nginx.conf",
      toConfiguration,
      toArgs: (file) => ["-c", file],
    });
    /** @type {import("./peer.js").Target} */
    const target = { port, subscribeProtocol: "nchan", publishProtocol: "nchan", authorization: null };
    return { pid: await findWorker(pid), target, stop };
  },
};
