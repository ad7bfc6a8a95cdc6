import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { moneyText } from '../../../shared/money.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { listBalancesOfMember } from '../balances/balance-store.ts';
import type { Balance } from '../balances/balance-store.ts';
import { insertEntry, lockForLegs } from '../expenses/entry-store.ts';
import type { Leg } from '../expenses/entry.ts';
import { recordHistory } from '../history/history-store.ts';
import { problems } from '../problems.ts';
import { getTeam } from './get-team.ts';
import { changeMember, lockMember } from './member-store.ts';
import { requireMember, roleInsufficient, teamArchived } from './require-member.ts';
import type { InTeam } from './require-member.ts';
import { requireOtherOwner } from './require-other-owner.ts';
import { lockTeam, touchTeam } from './team-store.ts';
import type { TeamView } from './team.ts';

export interface DeleteTeamMember extends InTeam {
  readonly memberId: string;
  /** Who takes the balances over; undefined: there must be none. */
  readonly carryOverTo: string | undefined;
}

export interface DeleteTeamMemberDependencies {
  readonly tx: Transaction;
  readonly clock: Clock;
  /** Of entries that carry over. */
  readonly id: (label: string) => string;
}

/**
 * Ends a membership: one's own, or as an owner anybody's. Expenses on their way and this wait for each other on the member's
 * row, so nobody is gone with a balance.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `last-owner`, `member-unsettled`, `carry-over-unfit`, `team-archived`
 */
export async function deleteTeamMember(
  { tx, clock, id }: DeleteTeamMemberDependencies,
  { teamId, userId, memberId, carryOverTo }: DeleteTeamMember,
): Promise<void> {
  await requireMember(tx, { teamId, userId });
  await lockTeam(tx, teamId);
  const view = await getTeam(tx, { teamId, userId });
  const { self } = view;
  if (self.role !== 'owner' && self.id !== memberId) throw roleInsufficient('Only an owner may take others out.');
  const member = await lockMember(tx, teamId, memberId);
  if (member === undefined || member.leftAt !== null) throw notFound();
  if (member.role === 'owner') requireOtherOwner(view, memberId);
  const now = clock.now();
  const balances = await listBalancesOfMember(tx, memberId);
  if (balances.length > 0) {
    if (carryOverTo === undefined) throw unsettled(balances);
    requireTaker(view, memberId, carryOverTo);
    const currencies = balances.map(({ currency }) => currency);
    await lockForLegs(tx, teamId, { memberIds: [memberId, carryOverTo], currencies });
    for (const balance of balances) {
      const { currency, net } = balance;
      const entry = {
        ...({ id: id(`carry-over ${currency}`), teamId, kind: 'carry-over', currency, state: 'counted' } as const),
        ...{ amount: net < 0n ? -net : net, description: '', category: null, notes: null, attachmentUrl: null },
        ...{ occurredOn: now.toISOString().slice(0, 10), terms: null, createdBy: self.id, createdAt: now },
      };
      await insertEntry(tx, entry, carriedOver(balance, carryOverTo));
    }
  }
  await changeMember(tx, { ...member, leftAt: now });
  await touchTeam(tx, teamId);
  await recordHistory(
    tx,
    { teamId, actorId: self.id },
    {
      action: self.id === memberId ? 'member-left' : 'member-removed',
      ...{ subject: 'member', subjectId: memberId, before: { role: member.role } },
      ...(balances.length === 0 ? {} : { after: { carriedOverTo: carryOverTo, balances: balances.map(stated) } }),
    },
  );
}

/** Makes the balance of who goes zero, and moves it to who takes it over. */
function carriedOver({ memberId, net }: Balance, taker: string): Leg[] {
  const [payer, ower, amount] = net > 0n ? [taker, memberId, net] : [memberId, taker, -net];
  return [
    { memberId: payer, paid: amount, owed: 0n },
    { memberId: ower, paid: 0n, owed: amount },
  ];
}

function requireTaker({ team, members }: TeamView, memberId: string, taker: string): void {
  if (team.archivedAt !== null) throw teamArchived();
  const found = members.find(({ id, leftAt }) => id === taker && leftAt === null);
  if (found !== undefined && taker !== memberId) return;
  throw new Problem(problems['carry-over-unfit'], { detail: 'carryOverTo is another member who is in the team.' });
}

function unsettled(balances: readonly Balance[]): Problem {
  return new Problem(problems['member-unsettled'], {
    detail: 'Settle every balance first, or name a member who takes them over (carryOverTo).',
    errors: balances.map((balance) => {
      const { currency, amount } = stated(balance);
      return { pointer: 'path memberId', detail: `has a balance of ${amount} ${currency}` };
    }),
  });
}

function stated({ currency, net }: Balance): { readonly currency: string; readonly amount: string } {
  return { currency, amount: moneyText({ amount: net, currency }) };
}
