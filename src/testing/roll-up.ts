import { statement } from '../database/transaction.ts';
import type { Queryable } from '../database/transaction.ts';
import { until } from './until.ts';

const anyLeft = statement<{ left: boolean }>(
  'test.facts_left',
  `select exists (select from analytics.facts
     where xid >= (select below from analytics.rollup_state where name = 'facts')) as left`,
);

/**
 * Rolls up until every fact that is committed has been added. One pass is not enough: a transaction holds the watermark back
 * for the whole server, so those of other tests' databases do as well.
 */
export async function rollUpAll(owner: Queryable, rollUpFacts: () => Promise<unknown>): Promise<void> {
  await until(async () => {
    await rollUpFacts();
    return (await owner.query(anyLeft))[0]?.left === false;
  }, 60_000);
}
