import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { lockForLegs } from '../expenses/entry-store.ts';
import { changeEntryState } from '../expenses/expense-store.ts';
import { recordHistory } from '../history/history-store.ts';
import { judgeWriter, requireMember, roleInsufficient } from '../members/require-member.ts';
import type { InTeam } from '../members/require-member.ts';
import { lockConversion } from './conversion-store.ts';
import type { Conversion } from './conversion.ts';

/**
 * Undoes a conversion: both of its entries stop counting, and the debt is what it was. What is void already stays so.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`, `member-unknown` when one of the two has left
 */
export async function voidConversion(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  { teamId, userId, conversionId }: InTeam & { readonly conversionId: string },
): Promise<Conversion> {
  const self = await requireMember(tx, { teamId, userId });
  const found = await lockConversion(tx, teamId, conversionId);
  if (found === undefined) throw notFound();
  judgeWriter(self);
  const { conversion, entryIds } = found;
  const { debtorId, creditorId, recordedBy } = conversion;
  if (self.role !== 'owner' && ![debtorId, creditorId, recordedBy].includes(self.memberId)) {
    throw roleInsufficient('Only debtor, creditor, recorder and owners void a conversion.');
  }
  if (conversion.state === 'void') return conversion;
  const at = clock.now();
  const currencies = [conversion.currency, conversion.convertedCurrency];
  await lockForLegs(tx, teamId, { memberIds: [debtorId, creditorId], currencies });
  for (const id of entryIds) await changeEntryState(tx, { id, state: 'void', at });
  const change = { action: 'conversion-voided', subject: 'conversion', subjectId: conversionId };
  await recordHistory(tx, { teamId, actorId: self.memberId }, change);
  return { ...conversion, state: 'void', updatedAt: at };
}
