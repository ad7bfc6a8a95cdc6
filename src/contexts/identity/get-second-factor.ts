import type { IdentityParts } from './dependencies.ts';
import { findSecondFactor } from './second-factor-store.ts';
import type { SecondFactorState } from './second-factor-store.ts';

/** Whether log-ins of this account ask for a second factor. One that waits for its first code is none yet. */
export async function getSecondFactor(
  { database }: Pick<IdentityParts, 'database'>,
  { userId }: { readonly userId: string },
): Promise<SecondFactorState> {
  return (await findSecondFactor(database, userId)) ?? { enabledAt: null, recoveryCodesLeft: 0 };
}
