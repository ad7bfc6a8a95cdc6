import { statement } from '../../database/transaction.ts';
import type { AnalyticsDependencies } from './dependencies.ts';

const DAY = 86_400_000;
const SLOTS = 8;
/** Days that facts stay after they were rolled up, for whoever looks into a difference. */
const KEPT_DAYS = 4;

const isRolledUp = statement<{ done: boolean }>(
  'analytics.is_slot_rolled_up',
  `select not exists (
     select from analytics.facts f
     where f.slot = $1 and f.xid >= (select below from analytics.rollup_state where name = 'facts')) as done`,
);

const isFilled = statement<{ filled: boolean }>(
  'analytics.is_slot_filled',
  'select exists (select from analytics.facts where slot = $1) as filled',
);

const slots = Array.from({ length: SLOTS }, (_, slot) =>
  statement(`analytics.empty_slot_${slot}`, `truncate analytics.facts_${slot}`),
);

const forgetZeros = [
  statement(
    'analytics.forget_zero_quarters',
    'delete from analytics.rollups where n = 0 and amount = 0 and bucket < $1',
  ),
  statement('analytics.forget_zero_hours', 'delete from analytics.hours where n = 0 and amount = 0 and hour < $1'),
  statement('analytics.forget_zero_days', 'delete from analytics.days where n = 0 and amount = 0 and day < $1::date'),
];

/**
 * Empties the slots of the ring whose facts are old and rolled up, and takes out the cells of states that nothing is in any
 * more. Nobody writes to those slots: their days lie behind, or three ahead.
 */
export async function forgetFacts({ worker, clock }: Pick<AnalyticsDependencies, 'worker' | 'clock'>): Promise<void> {
  const now = clock.now().getTime();
  const today = Math.floor(now / DAY);
  for (let age = KEPT_DAYS; age < SLOTS - 2; age += 1) {
    const slot = (today - age + SLOTS) % SLOTS;
    const truncate = slots[slot];
    if (truncate === undefined) throw new RangeError(`There is no slot ${slot}.`);
    await worker.transaction(async (tx) => {
      const [filled] = await tx.query(isFilled, [slot]);
      const [rolledUp] = await tx.query(isRolledUp, [slot]);
      if (filled?.filled === true && rolledUp?.done === true) await tx.query(truncate);
    });
  }
  for (const forget of forgetZeros) await worker.query(forget, [new Date(now - KEPT_DAYS * DAY)]);
}
