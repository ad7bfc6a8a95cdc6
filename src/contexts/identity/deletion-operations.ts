import type { Handlers } from '../../contract/handlers.ts';
import { createAccountDeletion, deleteAccountDeletion } from './create-account-deletion.ts';
import type { IdentityParts } from './dependencies.ts';

/** Having one's own account erased, and thinking better of it. */
export function createDeletionOperations(
  parts: IdentityParts,
): Handlers<'createAccountDeletion' | 'deleteAccountDeletion'> {
  return {
    async createAccountDeletion({ body }, { principal, ip, signal }) {
      const { userId, sessionId } = principal;
      const dueAt = await createAccountDeletion(parts, { ...body, userId, sessionId, ip, signal });
      return { status: 200, body: { deletionDueAt: dueAt.toISOString() } };
    },
    async deleteAccountDeletion(_input, { principal }) {
      await deleteAccountDeletion(parts, principal);
      return { status: 204 };
    },
  };
}
