// The part of global_admin.GlobalAdmin that is about API keys with a role (wire-contract.md 4.10).

import { create, toBinary } from "@bufbuild/protobuf";
import {
  type _GenerateGlobalApiKeyRequest,
  GlobalApiKeySchema,
  _GenerateGlobalApiKeyRequestSchema,
  _GenerateGlobalApiKeyResponseSchema,
  _RevokeGlobalApiKeyRequestSchema,
} from "@subito/wire/globaladmin";
import { authorizeListAccess, authorizeManageAccess } from "../../auth/authorize.js";
import type { ApiKeys } from "../../control/api-keys.js";
import { epochSecondsToMs } from "../../kernel/epoch-seconds.js";
import { ServiceError } from "../../kernel/errors.js";
import type { ApiKeyRecord } from "../../ports/catalog.js";
import { toEnvelope } from "../../rpc/envelope.js";
import type { Method } from "../../rpc/methods.js";
import { authorized } from "./authorized.js";
import type { Caller } from "./caller.js";

export function createGlobalAdminMethods(
  apiKeys: ApiKeys,
  caller: Caller,
): Record<"GenerateGlobalApiKey" | "ListGlobalApiKeys" | "RevokeGlobalApiKey", Method> {
  return {
    GenerateGlobalApiKey: authorized(
      caller,
      _GenerateGlobalApiKeyRequestSchema,
      authorizeManageAccess,
      async (grant, request) => {
        const { description, roleId } = request;
        const spec = { description, roleId, form: "v2", expiresAtMs: expiryOf(request) } as const;
        const { token, record } = await apiKeys.create(grant, spec);
        const answer = { apiKey: token, keyInfo: toKeyInfo(record) };
        return toBinary(
          _GenerateGlobalApiKeyResponseSchema,
          create(_GenerateGlobalApiKeyResponseSchema, answer),
        );
      },
    ),
    ListGlobalApiKeys: {
      kind: "server-stream",
      async handle(context, _bytes, responses) {
        const grant = authorizeListAccess(await caller.authenticate(context));
        const records = await apiKeys.list(grant);
        const framed = records.map((record) =>
          toEnvelope(toBinary(GlobalApiKeySchema, create(GlobalApiKeySchema, toKeyInfo(record)))),
        );
        if (framed.length > 0) responses.push(responses.encoding.toChunk(Buffer.concat(framed)));
        responses.end();
        return { resume() {}, close() {} };
      },
    },
    RevokeGlobalApiKey: authorized(
      caller,
      _RevokeGlobalApiKeyRequestSchema,
      authorizeManageAccess,
      async (grant, { keyId }) => {
        await apiKeys.revoke(grant, keyId);
        return new Uint8Array(0);
      },
    ),
  };
}

function expiryOf({ expiry }: _GenerateGlobalApiKeyRequest): number | undefined {
  switch (expiry.case) {
    case "never":
      return undefined;
    case "expires":
      return epochSecondsToMs("expiration_epoch_seconds", Number(expiry.value.expirationEpochSeconds));
    case undefined:
      throw new ServiceError("invalid_argument", "The request does not say when the key expires.");
  }
}

function toKeyInfo({ id, description, access, createdAtMs, expiresAtMs }: ApiKeyRecord) {
  return {
    keyId: id,
    description,
    roleId: "roleId" in access ? access.roleId : "",
    issuedAtEpochSeconds: BigInt(Math.floor(createdAtMs / 1000)),
    ...(expiresAtMs === undefined ? {} : { expiresAtEpochSeconds: BigInt(Math.floor(expiresAtMs / 1000)) }),
  };
}
