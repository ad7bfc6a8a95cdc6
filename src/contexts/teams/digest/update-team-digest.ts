import type { TeamsDependencies } from '../dependencies.ts';
import { deleteDigest, insertDigest } from './digest-store.ts';

/** Has somebody reminded weekly, or not any more. Safe to repeat. */
export async function updateTeamDigest(
  { primary, clock }: Pick<TeamsDependencies, 'primary' | 'clock'>,
  { userId, weekly }: { readonly userId: string; readonly weekly: boolean },
): Promise<void> {
  if (weekly) await insertDigest(primary, userId, clock.now());
  else await deleteDigest(primary, userId);
}
