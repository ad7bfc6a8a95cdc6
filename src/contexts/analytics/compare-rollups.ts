import type { Transaction } from '../../database/transaction.ts';
import type { Recount } from '../context.ts';
import type { AnalyticsDependencies } from './dependencies.ts';
import { beginRepair, insertCorrections, listDifferences } from './comparison-store.ts';
import type { RecountedCell, RollupDifference } from './comparison-store.ts';
import { listSumDifferences, repairSums } from './sum-comparison-store.ts';
import type { SumDifference } from './sum-comparison-store.ts';

const DAY = 86_400_000;
const SHOWN = 1_000;
/** Days that are compared in one snapshot. */
const SLICE = 7 * DAY;
/** Reads a week of every table. */
const LONGEST_MILLISECONDS = 600_000;

export interface CompareRollups {
  /** Default: when the first thing was counted. */
  readonly from?: Date;
  /** Adds what the rollups lack, by facts. */
  readonly repair?: boolean;
  readonly signal?: AbortSignal;
}

export interface RollupComparison {
  /** Cells that were counted anew. */
  readonly cells: number;
  readonly differing: number;
  /** The first of those that differ: at most a thousand. */
  readonly differences: readonly RollupDifference[];
  /** Days and totals that are not the sums of their quarters. */
  readonly sums: readonly SumDifference[];
}

/**
 * Counts everything anew from the tables themselves and tells where the rollups differ, a week at a time, each in one
 * snapshot: so it may run beside writers and the roller, and finds nothing but what is wrong.
 */
export async function compareRollups(
  { worker, clock, recounts }: Pick<AnalyticsDependencies, 'worker' | 'clock' | 'recounts'>,
  { from, repair = false, signal }: CompareRollups = {},
): Promise<RollupComparison> {
  const all = recounts();
  const begins = from ?? (await worker.transaction((tx) => findBeginning(tx, all)));
  // A writer's clock may be ahead of ours.
  const end = clock.now().getTime() + DAY;
  const differences: RollupDifference[] = [];
  let cells = 0;
  let differing = 0;
  for (
    let low = begins === null ? end : Math.floor(begins.getTime() / DAY) * DAY;
    low < end && signal?.aborted !== true;
    low += SLICE
  ) {
    const found = await compareSlice(worker, all, { from: new Date(low), to: new Date(low + SLICE), repair });
    cells += found.cells;
    differing += found.differences.length;
    differences.push(...found.differences.slice(0, SHOWN - differences.length));
  }
  const sums = await worker.transaction(listSumDifferences, { readOnly: true, statementTimeout: LONGEST_MILLISECONDS });
  if (repair && sums.length > 0) await worker.transaction(repairSums, { statementTimeout: LONGEST_MILLISECONDS });
  return { cells, differing, differences, sums };
}

async function findBeginning(tx: Transaction, recounts: readonly Recount[]): Promise<Date | null> {
  const moments: number[] = [];
  for (const { begins } of recounts) {
    const moment = await begins(tx);
    if (moment !== null) moments.push(moment.getTime());
  }
  return moments.length === 0 ? null : new Date(Math.min(...moments));
}

async function compareSlice(
  worker: AnalyticsDependencies['worker'],
  recounts: readonly Recount[],
  { from, to, repair }: { readonly from: Date; readonly to: Date; readonly repair: boolean },
): Promise<Pick<RollupComparison, 'cells' | 'differences'>> {
  return worker.transaction(
    async (tx) => {
      if (repair) await beginRepair(tx);
      const cells: RecountedCell[] = [];
      for (const { metric, read } of recounts) {
        for (const cell of await read(tx, from, to)) cells.push({ ...cell, metric });
      }
      const metrics = recounts.map(({ metric }) => metric);
      const differences = await listDifferences(tx, { cells, metrics, from, to });
      if (repair && differences.length > 0) await insertCorrections(tx, differences);
      return { cells: cells.length, differences };
    },
    { isolation: 'repeatable read', readOnly: !repair, statementTimeout: LONGEST_MILLISECONDS },
  );
}

/** Days that a night compares: what becomes of a message is settled within three. */
const NIGHTLY_DAYS = 4;

/** Compares the last days; the observer hears how many cells differ. Does NOT repair: a difference is an alarm. */
export async function compareLastDays(
  dependencies: Pick<AnalyticsDependencies, 'worker' | 'clock' | 'recounts' | 'observer'>,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const from = new Date(dependencies.clock.now().getTime() - NIGHTLY_DAYS * DAY);
  const { differing, sums } = await compareRollups(dependencies, { from, signal });
  if (!signal.aborted) dependencies.observer.compared({ differences: differing + sums.length });
}
