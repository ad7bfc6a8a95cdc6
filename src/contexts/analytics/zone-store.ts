import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';

const addZone = statement<{ name: string }>(
  'analytics.add_zone',
  `insert into analytics.zones (name) select z from unnest($1::text[]) z on conflict do nothing returning name`,
);

const buildDays = statement(
  'analytics.build_days',
  `insert into analytics.days (zone, metric, subject, dimension, day, n, amount)
   select $1, metric, subject, dimension, (bucket at time zone $1)::date, sum(n), sum(amount)
   from analytics.rollups group by 2, 3, 4, 5`,
);

/**
 * Gives each configured zone its days, from all quarters there are. Under the roller's lock: from here on every fact reaches
 * them. A zone that is configured no longer keeps its days.
 *
 * @returns whether a zone was new
 */
export async function prepareZones(tx: Transaction, zones: readonly string[]): Promise<boolean> {
  const added = await tx.query(addZone, [zones]);
  for (const { name } of added) await tx.query(buildDays, [name]);
  return added.length > 0;
}
