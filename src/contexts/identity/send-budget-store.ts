import { statement } from '../../database/transaction.ts';
import type { Queryable, Transaction } from '../../database/transaction.ts';
import type { SendLimits } from './settings.ts';

const within = (interval: string): string =>
  `(select count(*) from unnest(b.sent_at) as t where t > clock_timestamp() - interval '${interval}')`;

const chargeStatement = statement<{ charged: boolean }>(
  'identity.charge_send_budget',
  `insert into identity.send_budgets as b (identifier, sent_at) values ($1, array[clock_timestamp()])
   on conflict (identifier) do update set
     sent_at = array(select t from unnest(b.sent_at) as t where t > clock_timestamp() - interval '1 day')
       || clock_timestamp(),
     touched_at = clock_timestamp()
   where ${within('1 hour')} < $3 and ${within('1 day')} < $4
     and not exists (select 1 from unnest(b.sent_at) as t where t > clock_timestamp() - make_interval(secs => $2))
   returning true as charged`,
);

/** Charges one message to an address or number. @returns false when its budget is used up */
export async function chargeSend(tx: Transaction, identifier: string, limits: SendLimits): Promise<boolean> {
  const charged = await tx.query(chargeStatement, [identifier, limits.pause, limits.perHour, limits.perDay]);
  return charged.length > 0;
}

const nthNewest = (n: string): string => `(array(select t from unnest(b.sent_at) as t order by t desc))[${n}]`;
const secondsUntilSendStatement = statement<{ seconds: number }>(
  'identity.seconds_until_send',
  `select ceil(extract(epoch from greatest(
       ${nthNewest('1')} + make_interval(secs => $2),
       ${nthNewest('$3')} + interval '1 hour',
       ${nthNewest('$4')} + interval '1 day') - clock_timestamp()))::int as seconds
   from identity.send_budgets b where identifier = $1`,
);

/** When another message may go to this address or number, in seconds. */
export async function secondsUntilSend(queryable: Queryable, identifier: string, limits: SendLimits): Promise<number> {
  const values = [identifier, limits.pause, limits.perHour, limits.perDay];
  const [answer] = await queryable.query(secondsUntilSendStatement, values);
  return Math.max(1, answer?.seconds ?? 1);
}

const chargeNetworkStatement = statement<{ charged: boolean }>(
  'identity.charge_network_budget',
  `insert into identity.network_budgets as b (network, day, used)
   values ($1, (clock_timestamp() at time zone 'UTC')::date, 1)
   on conflict (network, day) do update set used = b.used + 1 where b.used < $2
   returning true as charged`,
);

/**
 * Charges one message to today's budget of a network, in UTC days.
 *
 * @param network an address or a CIDR block
 * @returns false when it is used up
 */
export async function chargeNetwork(tx: Transaction, network: string, perDay: number): Promise<boolean> {
  const charged = await tx.query(chargeNetworkStatement, [network, perDay]);
  return charged.length > 0;
}
