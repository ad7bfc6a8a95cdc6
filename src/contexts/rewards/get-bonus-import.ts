import { notFound } from '../../shared/platform-problems.ts';
import { summariseMessages } from './bonus-import.ts';
import type { ImportProgress } from './bonus-import.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { findImport } from './import-store.ts';

/** An import and how far its messages are. @throws Problem 404 `not-found` */
export async function getBonusImport(
  { primary, notifications }: Pick<RewardsDependencies, 'primary' | 'notifications'>,
  importId: string,
): Promise<ImportProgress> {
  const found = await findImport(primary, importId);
  if (found === undefined) throw notFound();
  return { import: found, messages: summariseMessages(await notifications.countGroup(primary, importId)) };
}
