import { setTimeout } from 'node:timers/promises';
import { isSettled } from './bonus-import.ts';
import type { ImportProgress } from './bonus-import.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { getBonusImport } from './get-bonus-import.ts';

/** `finished` is the last: crediting has ended and no message waits to be sent any more. */
export interface ImportEvent {
  readonly event: 'progress' | 'finished';
  readonly progress: ImportProgress;
}

export interface FollowImport {
  readonly importId: string;
  /** Aborts when the listener leaves or the process shuts down: the stream then ends. */
  readonly signal: AbortSignal;
  /** Between two looks at the import. */
  readonly intervalMilliseconds?: number;
  /** After that the stream ends without `finished`: nobody holds it for ever. */
  readonly lifeMilliseconds?: number;
}

/**
 * Tells an import's state at once and then whenever it has changed. Each event holds the whole state, so missing one, or
 * connecting again, loses nothing.
 *
 * @throws Problem 404 `not-found`, before the first event
 */
export async function getBonusImportEvents(
  dependencies: Pick<RewardsDependencies, 'primary' | 'notifications'>,
  follow: FollowImport,
): Promise<AsyncIterable<ImportEvent>> {
  const first = await getBonusImport(dependencies, follow.importId);
  return events(dependencies, first, follow);
}

async function* events(
  dependencies: Pick<RewardsDependencies, 'primary' | 'notifications'>,
  first: ImportProgress,
  { importId, signal, intervalMilliseconds = 500, lifeMilliseconds = 600_000 }: FollowImport,
): AsyncGenerator<ImportEvent> {
  const ends = AbortSignal.any([signal, AbortSignal.timeout(lifeMilliseconds)]);
  let told = '';
  for (let progress = first; ; progress = await getBonusImport(dependencies, importId)) {
    if (isSettled(progress)) {
      yield { event: 'finished', progress };
      return;
    }
    const state = JSON.stringify(progress);
    if (state !== told) yield { event: 'progress', progress };
    told = state;
    if (!(await slept(intervalMilliseconds, ends))) return;
  }
}

async function slept(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await setTimeout(milliseconds, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
