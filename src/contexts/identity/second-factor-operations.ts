import type { Handlers } from '../../contract/handlers.ts';
import { done } from './bodies.ts';
import { completeSecondFactor } from './complete-second-factor.ts';
import { deleteSecondFactor } from './delete-second-factor.ts';
import type { IdentityParts } from './dependencies.ts';
import { getSecondFactor } from './get-second-factor.ts';
import { renewRecoveryCodes } from './renew-recovery-codes.ts';
import { startSecondFactor } from './start-second-factor.ts';

type SecondFactor =
  'getSecondFactor' | 'startSecondFactor' | 'completeSecondFactor' | 'renewRecoveryCodes' | 'deleteSecondFactor';

const secretly = { 'Cache-Control': 'no-store' } as const;

/** One's own second factor. Log-ins that ask for it are in session-operations.ts. */
export function createSecondFactorOperations(parts: IdentityParts): Handlers<SecondFactor> {
  return {
    async getSecondFactor(_input, { principal }) {
      const { enabledAt, recoveryCodesLeft } = await getSecondFactor(parts, principal);
      const enabled = enabledAt !== null;
      return {
        status: 200,
        body: { enabled, ...(enabled ? { enabledAt: enabledAt.toISOString() } : {}), recoveryCodesLeft },
      };
    },
    async startSecondFactor({ body }, { principal: { userId }, ip, signal }) {
      return { status: 200, headers: secretly, body: await startSecondFactor(parts, { ...body, userId, ip, signal }) };
    },
    async completeSecondFactor({ body }, { principal: { userId } }) {
      const recoveryCodes = await completeSecondFactor(parts, { ...body, userId });
      return { status: 200, headers: secretly, body: { recoveryCodes: [...recoveryCodes] } };
    },
    async renewRecoveryCodes({ body }, { principal: { userId } }) {
      const recoveryCodes = await renewRecoveryCodes(parts, { ...body, userId });
      return { status: 200, headers: secretly, body: { recoveryCodes: [...recoveryCodes] } };
    },
    async deleteSecondFactor({ body }, { principal: { userId } }) {
      await deleteSecondFactor(parts, { ...body, userId });
      return { status: 200, headers: secretly, body: done('Your second factor is off.') };
    },
  };
}
