import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import type { Channel } from './message.ts';

type Outcome = SendOutcome['outcome'];

// Ids of attempts are ordered by time, so the latest are the end of the primary key, however many there are.
const recentCalls = statement<{ channel: Channel; provider: string; outcome: Outcome; count: number }>(
  'notifications.read_recent_calls',
  `select m.channel, a.provider, a.outcome, count(*) as count
   from (select message_id, provider, outcome from notifications.attempts order by id desc limit 1000) a
   join notifications.messages m on m.id = a.message_id
   where a.outcome is not null group by 1, 2, 3`,
);

/** Counts the latest 1,000 calls to all providers by what was answered. @returns the counts of one; all zero without calls */
export async function readRecentCalls(
  queryable: Queryable,
): Promise<(channel: Channel, provider: string) => Readonly<Record<Outcome, number>>> {
  const rows = await queryable.query(recentCalls);
  return (channel, provider) => {
    const counts = { accepted: 0, rejected: 0, throttled: 0, unavailable: 0, unknown: 0 };
    for (const row of rows) {
      if (row.channel === channel && row.provider === provider) counts[row.outcome] = row.count;
    }
    return counts;
  };
}

const waitingReports = statement<{ provider: string; count: number }>(
  'notifications.count_waiting_reports',
  `select provider, count(*) as count
   from (select provider from notifications.reports where applied_at is null limit 1000) waiting group by provider`,
);

/** Counts reports that wait for their message by provider, up to 1,000 in all. */
export async function countWaitingReports(queryable: Queryable): Promise<ReadonlyMap<string, number>> {
  return new Map((await queryable.query(waitingReports)).map(({ provider, count }) => [provider, count]));
}
