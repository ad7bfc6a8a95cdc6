import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';

/** What a member is owed (negative: owes) in one currency. */
export interface Balance {
  readonly memberId: string;
  /** ISO 4217. */
  readonly currency: string;
  /** In minor units. */
  readonly net: bigint;
}

/** Amounts come as text: a sum may be beyond what a number holds. */
type Row<Of extends Balance> = Omit<Of, 'net'> & { readonly net: string };

const ofMemberStatement = statement<Row<Balance>>(
  'teams.list_balances_of_member',
  `select member_id as "memberId", currency, net_minor::text as net from teams.balances
   where member_id = $1 and net_minor <> 0 order by currency`,
);

/** What is not zero, by currency. */
export async function listBalancesOfMember(queryable: Queryable, memberId: string): Promise<Balance[]> {
  return (await queryable.query(ofMemberStatement, [memberId])).map(read);
}

const ofTeamStatement = statement<Row<Balance>>(
  'teams.list_balances_of_team',
  `select member_id as "memberId", currency, net_minor::text as net from teams.balances
   where team_id = $1 and net_minor <> 0 order by currency, member_id`,
);

/** What is not zero, by currency and member. */
export async function listBalancesOfTeam(queryable: Queryable, teamId: string): Promise<Balance[]> {
  return (await queryable.query(ofTeamStatement, [teamId])).map(read);
}

/** A person's balance in one of their teams. */
export interface OwnBalance extends Balance {
  readonly teamId: string;
  readonly teamName: string;
}

const ownStatement = statement<Row<OwnBalance>>(
  'teams.list_own_balances',
  `select t.id as "teamId", t.name as "teamName", m.id as "memberId", b.currency, b.net_minor::text as net
   from teams.members m join teams.teams t on t.id = m.team_id
     join teams.balances b on b.team_id = m.team_id and b.member_id = m.id
   where m.user_id = $1 and m.left_at is null and b.net_minor <> 0 order by t.name, t.id, b.currency`,
);

/** What is not zero in all teams of a person, by team and currency. */
export async function listOwnBalances(queryable: Queryable, userId: string): Promise<OwnBalance[]> {
  return (await queryable.query(ownStatement, [userId])).map(read);
}

function read<Of extends Balance>(row: Row<Of>): Omit<Of, 'net'> & { readonly net: bigint } {
  return { ...row, net: BigInt(row.net) };
}
