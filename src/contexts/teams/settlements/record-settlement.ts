import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { moneyText } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { insertEntry } from '../expenses/entry-store.ts';
import { readPositiveAmount } from '../expenses/read-positive-amount.ts';
import { recordHistory } from '../history/history-store.ts';
import { getTeam } from '../members/get-team.ts';
import { judgeWriter } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import type { TeamView } from '../members/team.ts';
import { problems } from '../problems.ts';
import { legsOf } from './settlement.ts';
import type { Settlement } from './settlement.ts';

export interface RecordSettlement extends InTeam {
  readonly id: string;
  readonly payerId: string;
  readonly receiverId: string;
  /** Decimal text. */
  readonly amount: string;
  readonly currency: string;
  /** `YYYY-MM-DD`. */
  readonly paidOn: string;
  readonly note: string | null;
}

/**
 * Says that one member paid another. It counts once the receiver confirms it; at once when the receiver says so, or has no
 * account to confirm with.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`, `currency-unknown`, `amount-unfit`,
 *   `amount-not-positive`, `member-unknown`, `member-twice`
 */
export async function recordSettlement(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { id, teamId, userId, payerId, receiverId, amount: text, currency, paidOn, note }: RecordSettlement,
): Promise<Settlement> {
  const view = await getTeam(tx, { teamId, userId });
  const { self } = view;
  judgeWriter({ memberId: self.id, role: self.role, archived: view.team.archivedAt !== null });
  const amount = readPositiveAmount(text, currency);
  const receiver = requireParties(view, payerId, receiverId);
  const now = clock.now();
  const settlement: Settlement = {
    ...{ id, teamId, payerId, receiverId, currency, amount, paidOn, note },
    state: receiver.id === self.id || receiver.userId === null ? 'confirmed' : 'pending',
    ...{ recordedBy: self.id, createdAt: now, updatedAt: now },
  };
  const entry = {
    ...({ id, teamId, kind: 'settlement', currency, amount, description: '', category: null } as const),
    ...{ occurredOn: paidOn, notes: note, attachmentUrl: null, terms: { payerId, receiverId }, createdBy: self.id },
    ...({ state: settlement.state === 'confirmed' ? 'counted' : 'pending', createdAt: now } as const),
  };
  await insertEntry(tx, entry, legsOf(settlement));
  const after = {
    payerId,
    receiverId,
    amount: moneyText({ amount, currency }),
    currency,
    paidOn,
    state: settlement.state,
  };
  const change = { action: 'settlement-recorded', subject: 'settlement', subjectId: id, after };
  await recordHistory(tx, { teamId, actorId: self.id }, change);
  return settlement;
}

/** @returns the receiver */
function requireParties({ members }: TeamView, payerId: string, receiverId: string): TeamView['self'] {
  if (payerId === receiverId) {
    const errors = [{ pointer: '/receiverId', detail: 'is the payer' }];
    throw new Problem(problems['member-twice'], { errors });
  }
  const present = (id: string) => members.find((member) => member.id === id && member.leftAt === null);
  const [payer, receiver] = [present(payerId), present(receiverId)];
  const errors = [
    ...(payer === undefined ? [{ pointer: '/payerId', detail: 'is not in the team' }] : []),
    ...(receiver === undefined ? [{ pointer: '/receiverId', detail: 'is not in the team' }] : []),
  ];
  if (receiver === undefined || errors.length > 0) throw new Problem(problems['member-unknown'], { errors });
  return receiver;
}
