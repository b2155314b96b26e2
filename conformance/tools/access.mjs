// What the tests of access share: every service of the server through grpc-js, the HTTP API, and credentials of any permissions.

import assert from "node:assert/strict";
import { join } from "node:path";

import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

import { repositoryRoot } from "../harness.mjs";

const protoDirectory = join(repositoryRoot, "packages", "wire", "proto");
const files = ["auth", "token", "controlclient", "cachepubsub", "globaladmin", "renewal"];
const definitions = /** @type {any} */ (
  grpc.loadPackageDefinition(
    loadSync(
      files.map((name) => `${name}.proto`),
      { includeDirs: [protoDirectory], keepCase: true, longs: Number, oneofs: true, enums: String },
    ),
  )
);

/** @typedef {Record<"auth" | "token" | "control" | "pubsub" | "admin" | "renewal", grpc.Client>} Services */

/**
 * Clients of all services, on one connection of their own; close them with {@link closeServices}.
 * @param {number} port
 * @returns {Services}
 */
export function createServices(port) {
  const options = { "grpc.use_local_subchannel_pool": 1 };
  const address = `127.0.0.1:${port}`;
  const plain = grpc.credentials.createInsecure();
  const pubsub = new definitions.cache_client.pubsub.Pubsub(address, plain, options);
  const channelOverride = pubsub.getChannel();
  /** @param {any} Client */
  const onTheSame = (Client) => new Client(address, plain, { channelOverride });
  return {
    pubsub,
    auth: onTheSame(definitions.auth.Auth),
    token: onTheSame(definitions.token.Token),
    control: onTheSame(definitions.control_client.ScsControl),
    admin: onTheSame(definitions.global_admin.GlobalAdmin),
    renewal: onTheSame(definitions.subito.Renewal),
  };
}

/** @param {Services} services */
export function closeServices(services) {
  services.pubsub.close();
}

/** @param {string} token */
export function toMetadata(token) {
  const metadata = new grpc.Metadata();
  metadata.set("authorization", token);
  return metadata;
}

/**
 * @typedef {object} Answer
 * @property {number} code Of gRPC.
 * @property {string} details
 * @property {any} [response]
 *
 * One unary call, with its response.
 * @param {grpc.Client} client
 * @param {string} method
 * @param {object} request
 * @param {string} [token] in the header
 * @returns {Promise<Answer>}
 */
export function call(client, method, request, token) {
  return new Promise((resolve) => {
    /** @type {any} */
    let response;
    const metadata = token === undefined ? new grpc.Metadata() : toMetadata(token);
    /** @type {any} */ (client)
      [method](request, metadata, (/** @type {unknown} */ _error, /** @type {any} */ got) => (response = got))
      .on("status", (/** @type {grpc.StatusObject} */ { code, details }) =>
        setImmediate(() => resolve({ code, details, response })),
      );
  });
}

/**
 * Opens a stream and reads its first message, or how it ended.
 * @param {grpc.Client} client
 * @param {string} method
 * @param {object} request
 * @param {string} token
 * @returns {Promise<Answer>} of a stream that began: code 0, and it is cancelled
 */
export function callStream(client, method, request, token) {
  return new Promise((resolve) => {
    const stream = /** @type {any} */ (client)[method](request, toMetadata(token));
    stream.on("error", () => {});
    stream.once("data", (/** @type {any} */ response) => {
      resolve({ code: 0, details: "", response });
      stream.cancel();
    });
    stream.once("status", ({ code, details }) => resolve({ code, details }));
  });
}

/**
 * @typedef {{ status: number, json: any, text: string }} HttpAnswer
 *
 * @param {number} port
 * @param {string} method
 * @param {string} path
 * @param {{ token?: string, body?: object | string }} [options]
 * @returns {Promise<HttpAnswer>}
 */
export async function request(port, method, path, { token, body } = {}) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: token === undefined ? {} : { authorization: token },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { status: response.status, text, json: isJson ? JSON.parse(text) : undefined };
}

/** The token within a key as it is printed. @param {string | undefined} apiKey */
export function toToken(apiKey) {
  return String(JSON.parse(Buffer.from(apiKey ?? "", "base64").toString()).api_key);
}

/**
 * Asks over HTTP as the owner of the first key, and fails the test when that is refused.
 * @param {import("../harness.mjs").SubitoServer} server
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function asOwner(server, method, path, body) {
  const answer = await request(server.port, method, path, { token: toToken(server.apiKey), body });
  assert.equal(answer.status, 200, `${method} ${path}: ${answer.text}`);
  return answer.json;
}

/**
 * A key with a role.
 * @param {import("../harness.mjs").SubitoServer} server
 * @param {string} roleId
 * @param {"v1" | "v2"} [form]
 * @returns {Promise<string>}
 */
export async function createRoleKey(server, roleId, form = "v1") {
  const spec = { role_id: roleId, description: "of a test", expiry: "never", form };
  return (await asOwner(server, "POST", "/api-keys", spec)).api_key;
}

/**
 * A disposable token, or a session.
 * @param {import("../harness.mjs").SubitoServer} server
 * @param {object} spec `permissions` and `token_id`, or `role_id`
 * @param {number} [seconds]
 * @returns {Promise<string>}
 */
export async function createToken(server, spec, seconds = 3600) {
  return (await asOwner(server, "POST", "/tokens", { ...spec, expires_in_seconds: seconds })).token;
}

/**
 * A key that may what a super user may.
 * @param {import("../harness.mjs").SubitoServer} server
 * @param {Services} services
 * @returns {Promise<string>}
 */
export async function createSuperUserKey(server, services) {
  const spec = { never: {}, auth_token: toToken(server.apiKey), permissions: { super_user: "SuperUser" } };
  const { code, details, response } = await call(services.auth, "GenerateApiToken", spec);
  assert.equal(code, 0, details);
  return response.api_key;
}

/** Permissions as JSON: one topic rule. @param {readonly string[]} permissions @param {string} topic */
export function toTopicRule(permissions, topic) {
  return { rules: [{ type: "topic", permissions, caches: { name: "default" }, topics: { name: topic } }] };
}
