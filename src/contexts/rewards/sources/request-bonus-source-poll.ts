import type { Transaction } from '../../../database/transaction.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import { enqueueSourceImport } from '../jobs.ts';
import { listSourceStates } from './source-store.ts';
import type { SourceStatus } from './get-bonus-sources.ts';

/** Has a source looked at now, also while it is left alone after failures. @throws Problem 404 `not-found` */
export async function requestBonusSourcePoll(
  { tx, enqueue, sources }: Pick<RewardsDependencies, 'enqueue' | 'sources'> & { readonly tx: Transaction },
  name: string,
): Promise<SourceStatus> {
  const source = sources.find((configured) => configured.name === name);
  if (source === undefined) throw notFound();
  await enqueueSourceImport(enqueue, tx, name);
  return { source, state: (await listSourceStates(tx, [name])).get(name) };
}
