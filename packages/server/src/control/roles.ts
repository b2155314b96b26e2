// Roles: those of the system, which stay as they are, and those that someone has made.

import { SYSTEM_ROLES, findSystemRole } from "../auth/system-roles.js";
import type { Clock } from "../kernel/clock.js";
import { ServiceError } from "../kernel/errors.js";
import { randomId } from "../kernel/ids.js";
import type { Logger } from "../kernel/log.js";
import type { ApiKeyRecord, Catalog, RoleRecord } from "../ports/catalog.js";
import type { ListAccessGrant, ManageAccessGrant } from "../ports/grant.js";
import type { PermissionSet } from "../ports/permissions.js";
import { audit } from "./audit.js";

/** Characters of a role's name, and of its description. */
const ROLE_NAME_LENGTH_MAX = 64;
const ROLE_DESCRIPTION_LENGTH_MAX = 256;

export interface Role extends Omit<RoleRecord, "createdAtMs"> {
  readonly type: "system" | "custom";
}

export interface RoleRequest {
  readonly name: string;
  /** Undefined: as it was, or empty. */
  readonly description: string | undefined;
  readonly permissions: PermissionSet;
}

export interface Roles {
  list(grant: ListAccessGrant): Promise<readonly Role[]>;
  /** Rejects with `already_exists` for a name that is taken. */
  create(grant: ManageAccessGrant, request: RoleRequest): Promise<Role>;
  /** Whoever has the role has the new permissions at once. Rejects with `not_found`, `already_exists`, `failed_precondition` (a system role). */
  change(grant: ManageAccessGrant, id: string, request: RoleRequest): Promise<Role>;
  /** Deletes it, unless API keys have it: then those are the answer. Rejects with `not_found`, `failed_precondition` (a system role). */
  delete(grant: ManageAccessGrant, id: string): Promise<readonly ApiKeyRecord[]>;
  /** Rejects with `not_found` unless there is such a role. */
  demand(id: string): Promise<void>;
}

export interface RolesOptions {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of a role that means something else now. */
  readonly onChanged: (roleId: string) => void;
}

export function createRoles({ catalog, clock, log, onChanged }: RolesOptions): Roles {
  async function findCustom(id: string): Promise<RoleRecord> {
    if (findSystemRole(id) !== undefined) {
      throw new ServiceError("failed_precondition", `The role "${id}" is the system's, and stays as it is.`);
    }
    const role = await catalog.roles.find(id);
    if (role === undefined) throw unknownRole(id);
    return role;
  }

  async function checkName(name: string, exceptId: string): Promise<void> {
    const others = [...SYSTEM_ROLES, ...(await catalog.roles.list())];
    const isTaken = others.some(
      (role) => role.id !== exceptId && role.name.toLowerCase() === name.toLowerCase(),
    );
    if (isTaken)
      throw new ServiceError("already_exists", `There is a role named ${JSON.stringify(name)} already.`);
  }

  return {
    async list() {
      const custom = await catalog.roles.list();
      return [...SYSTEM_ROLES.map((role) => ({ ...role, type: "system" as const })), ...custom.map(toRole)];
    },
    async create({ by }, { name, description = "", permissions }) {
      checkText(name, description);
      await checkName(name, "");
      const record = { id: randomId(), name, description, permissions, createdAtMs: clock.nowMs() };
      await catalog.roles.add(record);
      audit(log, "role_created", by, { roleId: record.id, name });
      return toRole(record);
    },
    async change({ by }, id, { name, description, permissions }) {
      const old = await findCustom(id);
      checkText(name, description ?? "");
      await checkName(name, id);
      const record = { ...old, name, description: description ?? old.description, permissions };
      if ((await catalog.roles.replace(record)) === "not_found") throw unknownRole(id);
      audit(log, "role_changed", by, { roleId: id, name });
      if (JSON.stringify(permissions) !== JSON.stringify(old.permissions)) onChanged(id);
      return toRole(record);
    },
    async delete({ by }, id) {
      await findCustom(id);
      const keys = await catalog.apiKeys.list();
      const users = keys.filter(({ access }) => "roleId" in access && access.roleId === id);
      if (users.length > 0) return users;
      if ((await catalog.roles.remove(id)) === "not_found") throw unknownRole(id);
      audit(log, "role_deleted", by, { roleId: id });
      onChanged(id);
      return [];
    },
    async demand(id) {
      if (findSystemRole(id) === undefined && (await catalog.roles.find(id)) === undefined)
        throw unknownRole(id);
    },
  };
}

function toRole({ id, name, description, permissions }: RoleRecord): Role {
  return { id, name, description, permissions, type: "custom" };
}

function checkText(name: string, description: string): void {
  if (name === "" || name.length > ROLE_NAME_LENGTH_MAX) {
    throw new ServiceError("invalid_argument", `A role's name has 1 to ${ROLE_NAME_LENGTH_MAX} characters.`);
  }
  if (description.length > ROLE_DESCRIPTION_LENGTH_MAX) {
    throw new ServiceError(
      "invalid_argument",
      `A role's description has at most ${ROLE_DESCRIPTION_LENGTH_MAX} characters.`,
    );
  }
}

function unknownRole(id: string): ServiceError {
  return new ServiceError("not_found", `There is no role with the id ${JSON.stringify(id.slice(0, 64))}.`);
}
