import type { JobRun } from '../../../jobs/queue.ts';
import { moneyText } from '../../../shared/money.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { listDigestLines, listDigestUsers } from './digest-store.ts';
import type { DigestLine } from './digest-store.ts';

/** People per transaction. */
const BATCH = 500;
/** Lines of one message; more are counted. */
const MOST_LINES = 50;

/**
 * Reminds everybody who asked for it, and has something to settle, by one e-mail a week. Run again in the same week, by whomever,
 * nobody gets a second one: the week is the message's key.
 */
export async function sendTeamDigests(
  {
    worker,
    clock,
    notifications,
    readContacts,
  }: Pick<TeamsDependencies, 'worker' | 'clock' | 'notifications' | 'readContacts'>,
  { signal }: Pick<JobRun, 'signal'>,
): Promise<void> {
  const week = mondayOf(clock.now());
  for (let after: string | null = null; !signal.aborted;) {
    const users: string[] = await worker.transaction(async (tx) => {
      const userIds = await listDigestUsers(tx, after, BATCH);
      if (userIds.length === 0) return userIds;
      const lines = Map.groupBy(await listDigestLines(tx, userIds), ({ userId }) => userId);
      const contacts = await readContacts(tx, [...lines.keys()]);
      const messages = contacts.flatMap(({ userId, email }) => {
        const own = lines.get(userId);
        return email === null || own === undefined ? [] : [{ userId, address: email, text: textOf(own) }];
      });
      await notifications.queueMessages(
        tx,
        messages.map((message) => ({
          ...{ ...message, dedupeKey: `team-digest:${message.userId}:${week}`, subject: 'What is not settled yet' },
          ...({ channel: 'email', class: 'marketing', category: 'reminders' } as const),
        })),
      );
      return userIds;
    });
    after = users.at(-1) ?? null;
    if (users.length < BATCH) return;
  }
}

/** The Monday of a moment's week, in UTC. */
export function mondayOf(moment: Date): string {
  const monday = new Date(moment);
  monday.setUTCDate(moment.getUTCDate() - ((moment.getUTCDay() + 6) % 7));
  return monday.toISOString().slice(0, 10);
}

function textOf(lines: readonly DigestLine[]): string {
  const told = lines.slice(0, MOST_LINES).map(({ teamName, currency, net }) => {
    const minor = BigInt(net);
    const amount = `${moneyText({ amount: minor < 0n ? -minor : minor, currency })} ${currency}`;
    return `${teamName}: you ${minor < 0n ? 'owe' : 'are owed'} ${amount}.`;
  });
  const more = lines.length - told.length;
  return [...told, ...(more > 0 ? [`And ${more} more.`] : [])].join('\n');
}
