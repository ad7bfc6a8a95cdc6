import { statement } from '../../../database/transaction.ts';
import { moneyText } from '../../../shared/money.ts';
import type { TeamsDependencies } from '../dependencies.ts';

/** Notices per transaction. */
const BATCH = 500;
/** Expenses that one message tells of; more are counted. */
const MOST_LINES = 20;

/** What one person is told about one expense. */
interface Line {
  readonly entryId: string;
  readonly teamId: string;
  readonly teamName: string;
  readonly userId: string;
  /** What the person is owed and owes, as text in minor units. */
  readonly owed: string;
  readonly actor: string;
  readonly description: string;
  readonly currency: string;
  readonly amount: string;
}

// Whoever takes the notices writes the messages in the same transaction: another one finds them gone, or gets them back.
const takeStatement = statement<Line & { readonly taken: number }>(
  'teams.take_notices',
  `with taken as (
     delete from teams.notices where entry_id in (select entry_id from teams.notices order by created_at limit $1)
     returning entry_id, actor_id, created_at
   )
   select (select count(*) from taken) as taken, e.id as "entryId", t.id as "teamId", t.name as "teamName",
     m.user_id as "userId", l.owed_minor::text as owed, a.name as actor, e.description, e.currency,
     e.amount_minor::text as amount
   from taken n join teams.entries e on e.id = n.entry_id and e.state = 'counted'
     join teams.teams t on t.id = e.team_id join teams.members a on a.id = n.actor_id
     join teams.legs l on l.entry_id = e.id
     join teams.members m on m.id = l.member_id and m.id <> n.actor_id and m.user_id is not null and m.left_at is null
       and m.expense_notices
   union all select count(*), null, null, null, null, '0', '', '', '', '0' from taken
   order by "entryId" nulls last`,
);

/**
 * Tells participants who have not switched it off of new expenses by e-mail: one message per person and team, however many there are. Each expense is told
 * once, whoever dies meanwhile.
 */
export async function sendTeamNotices({
  worker,
  notifications,
  readContacts,
}: Pick<TeamsDependencies, 'worker' | 'notifications' | 'readContacts'>): Promise<void> {
  for (let taken = BATCH; taken === BATCH;) {
    taken = await worker.transaction(async (tx) => {
      const rows = await tx.query(takeStatement, [BATCH]);
      const byRecipient = Map.groupBy(
        rows.filter(({ entryId }) => (entryId as string | null) !== null),
        ({ userId, teamId }) => `${teamId} ${userId}`,
      );
      const userIds = [...new Set([...byRecipient.values()].flatMap(([line]) => line?.userId ?? []))];
      const contacts = userIds.length === 0 ? [] : await readContacts(tx, userIds);
      const addresses = new Map(contacts.map(({ userId, email }) => [userId, email]));
      const messages = [...byRecipient.values()].flatMap((lines) => {
        const [first] = lines;
        const address = first === undefined ? null : addresses.get(first.userId);
        return first === undefined || address == null ? [] : [{ first, address, ...textOf(first, lines) }];
      });
      await notifications.queueMessages(
        tx,
        messages.map(({ first, address, subject, text }) => ({
          dedupeKey: `team-expenses:${first.userId}:${first.entryId}`,
          ...({ channel: 'email', class: 'transactional', address, subject, text, userId: first.userId } as const),
        })),
      );
      return rows[0]?.taken ?? 0;
    });
  }
}

function textOf({ teamName }: Line, lines: readonly Line[]): { readonly subject: string; readonly text: string } {
  const told = lines.slice(0, MOST_LINES).map(({ actor, description, currency, amount, owed }) => {
    const whole = `${moneyText({ amount: BigInt(amount), currency })} ${currency}`;
    return `${actor} added ${description}, ${whole}. Your share is ${moneyText({ amount: BigInt(owed), currency })} ${currency}.`;
  });
  const more = lines.length - told.length;
  return {
    subject: lines.length === 1 ? `New expense in ${teamName}` : `${lines.length} new expenses in ${teamName}`,
    text: [...told, ...(more > 0 ? [`And ${more} more.`] : [])].join('\n\n'),
  };
}
