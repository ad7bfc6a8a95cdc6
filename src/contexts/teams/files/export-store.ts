import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import type { EntryKind } from '../expenses/entry.ts';

/** An entry as it goes into a file. */
export interface ExportedEntry {
  readonly id: string;
  readonly kind: EntryKind;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly description: string;
  readonly category: string | null;
  readonly currency: string;
  /** In minor units, as are those of its legs. */
  readonly amount: bigint;
  readonly notes: string | null;
  readonly legs: readonly {
    readonly memberId: string;
    readonly member: string;
    readonly paid: bigint;
    readonly owed: bigint;
  }[];
  /** Where it stands in the file, for going on after it. */
  readonly sortKey: string;
}

type Row = Omit<ExportedEntry, 'amount' | 'legs'> & {
  readonly amount: string;
  readonly legs: readonly { memberId: string; member: string; paid: string; owed: string }[];
};

const passStatement = statement<Row>(
  'teams.pass_entries',
  `select e.id, e.kind, e.occurred_on::text as date, e.description, e.category, e.currency, e.amount_minor::text as amount,
     e.notes, e.occurred_on || '|' || e.created_at as "sortKey", (
       select json_agg(json_build_object('memberId', m.id, 'member', m.name, 'paid', l.paid_minor::text,
         'owed', l.owed_minor::text) order by m.joined_at, m.id)
       from teams.legs l join teams.members m on m.id = l.member_id where l.entry_id = e.id) as legs
   from teams.entries e
   where e.team_id = $1 and e.state = 'counted'
     and ($2::text is null or (e.occurred_on, e.created_at, e.id)
       > (split_part($2, '|', 1)::date, split_part($2, '|', 2)::timestamptz, $3::uuid))
   order by e.occurred_on, e.created_at, e.id limit $4`,
);

/** What counts in a team, the first day first, strictly after `after`. */
export async function passEntries(
  queryable: Queryable,
  teamId: string,
  { after, limit }: { readonly after: Pick<ExportedEntry, 'id' | 'sortKey'> | undefined; readonly limit: number },
): Promise<ExportedEntry[]> {
  const rows = await queryable.query(passStatement, [teamId, after?.sortKey ?? null, after?.id ?? null, limit]);
  return rows.map(({ amount, legs, ...row }) => ({
    ...row,
    amount: BigInt(amount),
    legs: legs.map(({ paid, owed, ...leg }) => ({ ...leg, paid: BigInt(paid), owed: BigInt(owed) })),
  }));
}
