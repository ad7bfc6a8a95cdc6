import type { Handlers } from '../../contract/handlers.ts';
import { createAccountDeletion, deleteAccountDeletion, requestDeletionCode } from './create-account-deletion.ts';
import type { IdentityParts } from './dependencies.ts';
import { CODE_LIFETIME } from './one-time-code.ts';

/** Having one's own account erased, and thinking better of it. */
export function createDeletionOperations(
  parts: IdentityParts,
): Handlers<'requestDeletionCode' | 'createAccountDeletion' | 'deleteAccountDeletion'> {
  return {
    async requestDeletionCode(_input, { principal, ip }) {
      await requestDeletionCode(parts, { userId: principal.userId, ip });
      const message = 'A code is on its way to your number.';
      const body = { success: true, message, expiresIn: CODE_LIFETIME, resendAfter: parts.settings.sms.pause } as const;
      return { status: 202, headers: { Location: '/api/v1/users/deletion' }, body };
    },
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
