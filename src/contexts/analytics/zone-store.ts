import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import { NOBODY } from './roll-up-store.ts';

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

const hoursOf = (zones: string): string => `
  insert into analytics.hours (zone, metric, dimension, hour, n, amount)
  select z.name, metric, dimension, date_trunc('hour', bucket, z.name), sum(n), sum(amount)
  from analytics.rollups cross join analytics.zones z
  where subject = '${NOBODY}' and ${zones} group by 1, 2, 3, 4`;

const buildHours = statement('analytics.build_hours', hoursOf('z.name = any ($1)'));
const clearHours = statement('analytics.clear_hours', 'delete from analytics.hours');
const buildAllHours = statement('analytics.build_all_hours', hoursOf('true'));

/**
 * Gives each configured zone its days and hours, from all quarters there are. Under the roller's lock: from here on every fact
 * reaches them. A zone that is configured no longer keeps them.
 *
 * @returns whether a zone was new
 */
export async function prepareZones(tx: Transaction, zones: readonly string[]): Promise<boolean> {
  const added = await tx.query(addZone, [zones]);
  for (const { name } of added) await tx.query(buildDays, [name]);
  if (added.length > 0) await tx.query(buildHours, [added.map(({ name }) => name)]);
  return added.length > 0;
}

/** Makes the hours of all zones anew. Under the roller's lock. */
export async function rebuildHours(tx: Transaction): Promise<void> {
  await tx.query(clearHours);
  await tx.query(buildAllHours);
}
