import type { RewardsDependencies } from '../dependencies.ts';
import { listWrongEntries, recountHistogram, repairEntries } from './rebuild-store.ts';

/** Entries per transaction. */
const BATCH = 500;
/** Reads whole tables: generous, but not for ever. */
const LONGEST_MILLISECONDS = 300_000;

/** What did not agree with the score events, and does now. */
export interface Rebuilt {
  readonly entries: number;
  readonly buckets: number;
}

/**
 * Compares every board with the score events it is made of, and puts right what differs: also a board that is gone
 * altogether. Players play on meanwhile. Anything but zero is worth an alarm, for the two change in one transaction. Safe to
 * repeat and to die after any statement.
 */
export async function rebuildLeaderboards(
  { worker, observer }: Pick<RewardsDependencies, 'worker' | 'observer'>,
  { signal }: { readonly signal: AbortSignal },
): Promise<Rebuilt> {
  const patient = { statementTimeout: LONGEST_MILLISECONDS };
  const buckets = await worker.transaction((tx) => recountHistogram(tx), patient);
  let entries = 0;
  for (let found = BATCH; found === BATCH;) {
    signal.throwIfAborted();
    const wrong = await worker.transaction((tx) => listWrongEntries(tx, BATCH), { ...patient, readOnly: true });
    if (wrong.length > 0) await worker.transaction((tx) => repairEntries(tx, wrong), patient);
    entries += wrong.length;
    found = wrong.length;
  }
  observer.leaderboardsCompared({ differences: entries + buckets });
  return { entries, buckets };
}
