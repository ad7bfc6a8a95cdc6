import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { changeEntryState } from '../expenses/expense-store.ts';
import { recordHistory } from '../history/history-store.ts';
import { judgeWriter, requireMember, roleInsufficient } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { lockSettlement } from './settlement-store.ts';
import type { Settlement } from './settlement.ts';

/**
 * Says that a payment did not happen: where it counted, balances go back. What is void already stays so.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`, `member-unknown` when one of the two has left
 */
export async function voidSettlement(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { teamId, userId, settlementId }: InTeam & { readonly settlementId: string },
): Promise<Settlement> {
  const self = await requireMember(tx, { teamId, userId });
  const settlement = await lockSettlement(tx, teamId, settlementId);
  if (settlement === undefined) throw notFound();
  judgeWriter(self);
  const { payerId, receiverId, recordedBy } = settlement;
  if (self.role !== 'owner' && ![payerId, receiverId, recordedBy].includes(self.memberId)) {
    throw roleInsufficient('Only payer, receiver, recorder and owners void a settlement.');
  }
  if (settlement.state === 'void') return settlement;
  const now = clock.now();
  await changeEntryState(tx, { id: settlementId, state: 'void', at: now });
  const change = { action: 'settlement-voided', subject: 'settlement', subjectId: settlementId };
  await recordHistory(tx, { teamId, actorId: self.memberId }, { ...change, before: { state: settlement.state } });
  return { ...settlement, state: 'void', updatedAt: now };
}
