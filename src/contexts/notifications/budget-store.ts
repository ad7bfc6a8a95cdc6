import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';
import type { SendingLimits } from './provider.ts';

const TOTAL = 'total';

const reserve = statement<{ scope: string; granted: number }>(
  'notifications.reserve_sms_budget',
  `insert into notifications.sms_budgets as b (day, scope, spent, granted)
   select $1::date, s.scope, least(s.asked, $4::bigint), least(s.asked, $4::bigint)
   from unnest($2::text[], $3::bigint[]) as s (scope, asked) order by s.scope
   on conflict (day, scope) do update set
     granted = greatest(0, least(excluded.granted, $4::bigint - b.spent)),
     spent = b.spent + greatest(0, least(excluded.granted, $4::bigint - b.spent))
   returning scope, granted`,
);

type Limits = Pick<SendingLimits, 'smsPerDay' | 'smsPerCountryPerDay'>;

/**
 * Reserves today's budget for messages to these countries; what is granted counts as spent, sent or not. Holds the rows of
 * these countries, and last the row of the day's total, until the transaction ends: call it late.
 *
 * @param asked messages per country calling code
 * @returns how many of them may leave, per country
 */
export async function reserveBudget(
  tx: Queryable,
  asked: ReadonlyMap<string, number>,
  limits: Limits,
  now: Date,
): Promise<ReadonlyMap<string, number>> {
  if (asked.size === 0) return new Map();
  const perCountry = await tx.query(reserve, [
    utcDay(now),
    [...asked.keys()],
    [...asked.values()],
    limits.smsPerCountryPerDay,
  ]);
  const wanted = perCountry.reduce((sum, row) => sum + row.granted, 0);
  const [total] = await tx.query(reserve, [utcDay(now), [TOTAL], [wanted], limits.smsPerDay]);
  let left = total?.granted ?? 0;
  const granted = new Map<string, number>();
  for (const { scope, granted: share } of perCountry) {
    granted.set(scope, Math.min(share, left));
    left -= Math.min(share, left);
  }
  return granted;
}

const spent = statement<{ scope: string; spent: number }>(
  'notifications.read_sms_budget',
  'select scope, spent from notifications.sms_budgets where day = $1::date and scope = any ($2)',
);

/** Whether one more SMS to this country would be granted now. Reserves nothing. */
export async function hasBudget(queryable: Queryable, country: string, limits: Limits, now: Date): Promise<boolean> {
  const rows = await queryable.query(spent, [utcDay(now), [TOTAL, country]]);
  const of = (scope: string): number => rows.find((row) => row.scope === scope)?.spent ?? 0;
  return of(TOTAL) < limits.smsPerDay && of(country) < limits.smsPerCountryPerDay;
}

function utcDay(now: Date): string {
  return now.toISOString().slice(0, 10);
}
