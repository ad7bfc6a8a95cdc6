import { setTimeout as pause } from 'node:timers/promises';
import type { Transaction } from '../../database/transaction.ts';
import type { AnalyticsDependencies } from './dependencies.ts';
import { addFacts, beat, findSliceEnd, lockWatermark, moveAsOf, moveWatermark, readHorizon } from './roll-up-store.ts';
import { prepareZones, rebuildHours } from './zone-store.ts';

interface Pass {
  readonly result: RolledUp;
  /** Up to when the figures are whole now. */
  readonly reached?: Date | null;
}

/** Facts of one transaction of the roller, about: a backlog is worked off in slices, and a killed roller loses one. */
const SLICE = 100_000;

export type RollerDependencies = Pick<AnalyticsDependencies, 'worker' | 'zones' | 'observer'>;

/** What one pass did: `busy` when another roller is at work, `more` when there is a backlog. */
export type RolledUp = 'done' | 'more' | 'busy';

/**
 * Adds every fact of a finished transaction to the rollups, once: one slice in one transaction, so a roller killed at any
 * moment has done it or not. Facts of transactions that still run are left for a later pass, however late they commit.
 */
export async function rollUpFacts(
  { worker, zones, observer }: RollerDependencies,
  { slice = SLICE }: { readonly slice?: number } = {},
): Promise<RolledUp> {
  const { result, reached = null } = await worker.transaction(async (tx: Transaction): Promise<Pass> => {
    // Before the rows, and before this transaction has an id of its own that would be the oldest.
    const horizon = await readHorizon(tx);
    const state = await lockWatermark(tx);
    if (state === undefined) return { result: 'busy' };
    const newDays = await prepareZones(tx, zones);
    // Another roller may have been further already when this one looked.
    if (BigInt(horizon.xmin) < BigInt(state.below)) {
      await beat(tx);
      return { result: 'done' };
    }
    if (!state.hoursAreWhole) await rebuildHours(tx);
    const end = await findSliceEnd(tx, state.below, horizon.xmin, slice);
    const high = end ?? horizon.xmin;
    const cells = await addFacts(tx, state.below, high);
    const asOf = await moveAsOf(tx, horizon, high);
    const changed = cells > 0 || newDays || quarterOf(asOf) !== quarterOf(state.asOf);
    await moveWatermark(tx, high, asOf, state.version + (changed ? 1 : 0));
    return { result: end === undefined ? 'done' : 'more', reached: asOf };
  });
  if (reached !== null) observer.rolledUp({ asOf: reached });
  return result;
}

function quarterOf(moment: Date | null): number {
  return Math.floor((moment?.getTime() ?? 0) / 900_000);
}

/** Milliseconds between two passes, and the end of a shift: the next tick of the schedule takes over. */
const INTERVAL = 1_000;
const SHIFT = 59_000;

export interface RollUpShift {
  readonly signal: AbortSignal;
  /** Milliseconds; defaults are one second, until a second before the minute ends. */
  readonly interval?: number;
  readonly length?: number;
}

/** Rolls up each second for the rest of the minute. */
export async function rollUpForAMinute(
  dependencies: RollerDependencies,
  { signal, interval = INTERVAL, length = SHIFT - (Date.now() % 60_000) }: RollUpShift,
): Promise<void> {
  const ends = performance.now() + length;
  do {
    const result = await rollUpFacts(dependencies);
    if (result === 'more') continue;
    if (!(await slept(interval, signal))) return;
  } while (performance.now() < ends && !signal.aborted);
}

async function slept(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(milliseconds, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
