import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { changeEntryState } from '../expenses/expense-store.ts';
import { recordHistory } from '../history/history-store.ts';
import { getTeam } from '../members/get-team.ts';
import { judgeWriter, roleInsufficient } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import type { TeamView } from '../members/team.ts';
import { problems } from '../problems.ts';
import { lockSettlement } from './settlement-store.ts';
import type { Settlement } from './settlement.ts';

/**
 * Says that the money arrived: balances move. What is confirmed already stays so.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`, `settlement-void`, `member-unknown`
 */
export async function confirmSettlement(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { teamId, userId, settlementId }: InTeam & { readonly settlementId: string },
): Promise<Settlement> {
  const view = await getTeam(tx, { teamId, userId });
  const settlement = await lockSettlement(tx, teamId, settlementId);
  if (settlement === undefined) throw notFound();
  const { self } = view;
  judgeWriter({ memberId: self.id, role: self.role, archived: view.team.archivedAt !== null });
  if (!mayConfirm(view, settlement)) throw roleInsufficient('Only the receiver confirms a payment.');
  if (settlement.state === 'confirmed') return settlement;
  if (settlement.state === 'void') {
    throw new Problem(problems['settlement-void'], { detail: 'It was voided. Record another one.' });
  }
  const now = clock.now();
  await changeEntryState(tx, { id: settlementId, state: 'counted', at: now });
  const change = { action: 'settlement-confirmed', subject: 'settlement', subjectId: settlementId };
  await recordHistory(tx, { teamId, actorId: self.id }, change);
  return { ...settlement, state: 'confirmed', updatedAt: now };
}

/** The receiver; an owner for one who has lost their account since. */
function mayConfirm({ self, members }: TeamView, { receiverId }: Settlement): boolean {
  if (self.id === receiverId) return true;
  return self.role === 'owner' && members.find(({ id }) => id === receiverId)?.userId === null;
}
