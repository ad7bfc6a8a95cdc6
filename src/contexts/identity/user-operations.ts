import type { Handlers } from '../../contract/handlers.ts';
import { etagOf } from '../../shared/etag.ts';
import { stateOf } from './account.ts';
import type { Account } from './account.ts';
import { userBody } from './bodies.ts';
import { deleteUser } from './delete-user.ts';
import { deleteUserSessions } from './delete-user-sessions.ts';
import type { IdentityParts } from './dependencies.ts';
import { getUser } from './get-user.ts';
import { listUsers } from './list-users.ts';
import { updateUserLock } from './update-user-lock.ts';
import { updateUserRoles } from './update-user-roles.ts';

/** All accounts, for admins. */
export function createUserOperations(
  parts: IdentityParts,
): Handlers<'listUsers' | 'getUser' | 'updateUserRoles' | 'updateUserLock' | 'deleteUserSessions' | 'deleteUser'> {
  return {
    async listUsers({ query }) {
      const { email, phone, role, state, createdSince, createdUntil, limit, cursor } = query;
      const page = await listUsers(parts, { email, phone, role, state, createdSince, createdUntil, limit, cursor });
      return { status: 200, body: { ...page, items: page.items.map(userBody) } };
    },
    async getUser({ path }) {
      return userResult(await getUser(parts, path));
    },
    async updateUserRoles({ path, headers, body }, { tx, auditChanges }) {
      const { before, after } = await updateUserRoles(tx, { ...path, roles: body.roles, ifMatch: headers['If-Match'] });
      if (after !== before) auditChanges({ roles: { from: before.roles, to: after.roles } });
      return userResult(after);
    },
    async updateUserLock({ path, headers, body }, { principal, tx, auditChanges, afterCommit }) {
      const change = { ...path, ...body, ifMatch: headers['If-Match'], actorId: principal.userId };
      const { before, after, ended } = await updateUserLock(parts, tx, change);
      afterCommit(() => parts.revokedSessions.add(ended));
      // The reason is free text and may name people: it stays with the account.
      auditChanges({ state: { from: stateOf(before), to: stateOf(after) } });
      return userResult(after);
    },
    async deleteUser({ path, headers }, { principal, tx, afterCommit }) {
      const deletion = { ...path, ifMatch: headers['If-Match'], actorId: principal.userId };
      const ended = await deleteUser(parts, tx, deletion);
      afterCommit(() => parts.revokedSessions.add(ended));
      return { status: 204 };
    },
    async deleteUserSessions({ path }, { tx, afterCommit }) {
      const ended = await deleteUserSessions(tx, path);
      afterCommit(() => parts.revokedSessions.add(ended));
      return { status: 204 };
    },
  };
}

function userResult(account: Account) {
  return { status: 200, headers: { ETag: etagOf(account.version) }, body: userBody(account) } as const;
}
