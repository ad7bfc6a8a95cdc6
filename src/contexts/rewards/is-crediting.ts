import type { RewardsDependencies } from './dependencies.ts';
import { hasProgressSince } from './import-store.ts';

/** Many times what a chunk takes: an import without progress for so long has nobody working on it. */
const LIVELY_MILLISECONDS = 5_000;

/** Whether an import is being credited at this moment, by any process. Others use it to give way: it promises nothing. */
export function isCrediting({ worker, clock }: Pick<RewardsDependencies, 'worker' | 'clock'>): Promise<boolean> {
  return hasProgressSince(worker, new Date(clock.now().getTime() - LIVELY_MILLISECONDS));
}

/**
 * Milliseconds until texts look again whether an import is still being credited. Beside one, a batch of 500 leaves after five
 * looks: nothing waits for ever, and crediting hardly feels it (docs/decisions/0047).
 */
export const CREDITING_PAUSE = 2_000;
