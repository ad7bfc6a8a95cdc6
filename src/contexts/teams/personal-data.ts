import { statement } from '../../database/transaction.ts';
import type { PersonalDataSection } from '../context.ts';
import type { TeamsDependencies } from './dependencies.ts';

const PAGE = 1_000;

const membershipsStatement = statement<object>(
  'teams.export_memberships',
  `select t.id as "teamId", t.name as "teamName", m.id as "memberId", m.name, m.role, m.joined_at as "joinedAt",
     m.left_at as "leftAt", m.expense_notices as "expenseNotices"
   from teams.members m join teams.teams t on t.id = m.team_id where m.user_id = $1 order by m.joined_at, m.id`,
);

const entriesStatement = statement<{ entryId: string }>(
  'teams.export_entries',
  `select e.id as "entryId", e.team_id as "teamId", e.kind, e.state, e.currency, e.amount_minor::text as "amountMinor",
     l.paid_minor::text as "paidMinor", l.owed_minor::text as "owedMinor", e.description, e.category,
     e.occurred_on::text as "occurredOn", e.notes, e.attachment_url as "attachmentUrl", e.created_by = m.id as "writtenByMe"
   from teams.members m join teams.legs l on l.member_id = m.id join teams.entries e on e.id = l.entry_id
   where m.user_id = $1 and ($2::uuid is null or e.id > $2) order by e.id limit $3`,
);

const commentsStatement = statement<{ commentId: string }>(
  'teams.export_comments',
  `select c.id as "commentId", c.entry_id as "entryId", c.team_id as "teamId", c.text, c.created_at as "createdAt"
   from teams.members m join teams.comments c on c.member_id = m.id
   where m.user_id = $1 and ($2::uuid is null or c.id > $2) order by c.id limit $3`,
);

const digestStatement = statement<object>(
  'teams.export_digest',
  'select asked_at as "weeklyDigestSince" from teams.digests where user_id = $1',
);

/** What teams knows about a person. Amounts are in minor units of their currency. */
export function createPersonalData({ worker }: Pick<TeamsDependencies, 'worker'>): readonly PersonalDataSection[] {
  return [
    {
      name: 'teamMemberships',
      async *read(userId) {
        yield await worker.query(membershipsStatement, [userId]);
      },
    },
    {
      name: 'teamDigest',
      async *read(userId) {
        yield await worker.query(digestStatement, [userId]);
      },
    },
    {
      name: 'teamComments',
      async *read(userId) {
        for (let after: string | undefined, length = PAGE; length === PAGE;) {
          const values = [userId, after ?? null, PAGE];
          const rows: readonly { commentId: string }[] = await worker.query(commentsStatement, values);
          yield rows;
          [after, length] = [rows.at(-1)?.commentId, rows.length];
        }
      },
    },
    {
      name: 'teamEntries',
      async *read(userId) {
        for (let after: string | undefined, length = PAGE; length === PAGE;) {
          const rows: readonly { entryId: string }[] = await worker.query(entriesStatement, [
            userId,
            after ?? null,
            PAGE,
          ]);
          yield rows;
          [after, length] = [rows.at(-1)?.entryId, rows.length];
        }
      },
    },
  ];
}
