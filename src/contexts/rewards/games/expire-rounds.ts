import type { RewardsDependencies } from '../dependencies.ts';
import { expireRoundRows } from './round-store.ts';

/** Rounds per statement. */
const BATCH = 1_000;

/** Closes every round whose time is up, so that its seed can be shown. Safe to repeat, and to die after any statement. */
export async function expireRounds(
  { worker, clock, observer }: Pick<RewardsDependencies, 'worker' | 'clock' | 'observer'>,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  for (let closed = BATCH; closed === BATCH;) {
    signal.throwIfAborted();
    const gameIds = await expireRoundRows(worker, clock.now(), BATCH);
    for (const gameId of gameIds) observer.roundEnded({ gameId, state: 'expired', coins: 0 });
    closed = gameIds.length;
  }
}
