import type { Handlers } from '../../contract/handlers.ts';
import { etagOf } from '../../shared/etag.ts';
import { userBody } from './bodies.ts';
import type { IdentityParts } from './dependencies.ts';
import { getUser } from './get-user.ts';
import { listUsers } from './list-users.ts';
import { updateUserRoles } from './update-user-roles.ts';

/** All accounts, for admins. */
export function createUserOperations(parts: IdentityParts): Handlers<'listUsers' | 'getUser' | 'updateUserRoles'> {
  return {
    async listUsers({ query }) {
      const page = await listUsers(parts, { role: query.role, limit: query.limit, cursor: query.cursor });
      return { status: 200, body: { ...page, items: page.items.map(userBody) } };
    },
    async getUser({ path }) {
      const account = await getUser(parts, path);
      return { status: 200, headers: { ETag: etagOf(account.version) }, body: userBody(account) };
    },
    async updateUserRoles({ path, headers, body }, { principal }) {
      const change = { ...path, roles: body.roles, ifMatch: headers['If-Match'], actorId: principal.userId };
      const account = await updateUserRoles(parts, change);
      return { status: 200, headers: { ETag: etagOf(account.version) }, body: userBody(account) };
    },
  };
}
