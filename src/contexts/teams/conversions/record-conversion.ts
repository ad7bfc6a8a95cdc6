import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { derivedId } from '../../../shared/id.ts';
import { moneyText, requireCurrency } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { convertMoney, rateText } from '../../../shared/rate.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { insertEntry, lockForLegs } from '../expenses/entry-store.ts';
import { findParticipants } from '../expenses/find-participants.ts';
import { readPositiveAmount } from '../expenses/read-positive-amount.ts';
import { recordHistory } from '../history/history-store.ts';
import type { InTeam } from '../members/require-member.ts';
import { problems } from '../problems.ts';
import { insertConversion } from './conversion-store.ts';
import { legsOf } from './conversion.ts';
import type { Conversion } from './conversion.ts';

export interface RecordConversion extends InTeam {
  readonly id: string;
  readonly debtorId: string;
  readonly creditorId: string;
  /** Decimal text. */
  readonly amount: string;
  readonly currency: string;
  readonly convertedCurrency: string;
  /** `YYYY-MM-DD`: the rate of this day; undefined is today. */
  readonly rateDate: string | undefined;
}

/**
 * Moves a debt from one currency into another at the stored rate of a day: two entries, one in each currency, which count
 * together. Each currency goes on summing to zero, and the rate stays with it.
 *
 * @throws Problem 404; 403 `team-role-insufficient`; 409 `team-archived`, `currency-unknown`, `amount-unfit`,
 *   `amount-not-positive`, `member-unknown`, `member-twice`, `same-currency`, `rate-unavailable`, `conversion-worthless`,
 *   `money-overflow`
 */
export async function recordConversion(
  {
    tx,
    clock,
    findExchangeRate,
  }: { readonly tx: Transaction; readonly clock: Clock } & Pick<TeamsDependencies, 'findExchangeRate'>,
  command: RecordConversion,
): Promise<Conversion> {
  const { id, teamId, userId, debtorId, creditorId, currency, convertedCurrency, rateDate } = command;
  const { self, requireAll } = await findParticipants(tx, { teamId, userId }, [debtorId, creditorId]);
  const amount = readPositiveAmount(command.amount, currency);
  requireAll();
  judge(command);
  const question = { from: currency, to: convertedCurrency, day: rateDate };
  const { rate, asOf, provider, base, stale } = await findExchangeRate(tx, question);
  const converted = convertMoney({ amount, currency }, rate, convertedCurrency).amount;
  if (converted === 0n) {
    throw new Problem(problems['conversion-worthless'], {
      detail: `${moneyText({ amount, currency })} ${currency} is less than half of the smallest unit of ${convertedCurrency}.`,
    });
  }
  const now = clock.now();
  const conversion: Conversion = {
    ...{ id, teamId, debtorId, creditorId, amount, currency, convertedAmount: converted, convertedCurrency },
    rate: { rate: rateText(rate), date: asOf, provider, base, stale },
    ...{ state: 'counted', recordedBy: self.memberId, createdAt: now, updatedAt: now },
  };
  await writeEntries(tx, conversion);
  const change = { action: 'conversion-recorded', subject: 'conversion', subjectId: id, after: stateOf(conversion) };
  await recordHistory(tx, { teamId, actorId: self.memberId }, change);
  return conversion;
}

function judge({ debtorId, creditorId, currency, convertedCurrency }: RecordConversion): void {
  if (debtorId === creditorId) {
    throw new Problem(problems['member-twice'], { errors: [{ pointer: '/creditorId', detail: 'is the debtor' }] });
  }
  requireCurrency(convertedCurrency, '/convertedCurrency');
  if (currency === convertedCurrency) {
    const errors = [{ pointer: '/convertedCurrency', detail: 'is the currency of the amount' }];
    throw new Problem(problems['same-currency'], { errors });
  }
}

async function writeEntries(tx: Transaction, conversion: Conversion): Promise<void> {
  const { id, teamId, amount, currency, convertedAmount, convertedCurrency, rate, recordedBy, createdAt } = conversion;
  const entryIds = { from: derivedId('conversion', id, 'from'), to: derivedId('conversion', id, 'to') };
  const common = {
    ...({ teamId, kind: 'conversion', state: 'counted', description: '', category: null, notes: null } as const),
    ...{ attachmentUrl: null, occurredOn: rate.date, createdBy: recordedBy, createdAt, terms: { conversionId: id } },
  };
  const legs = legsOf(conversion);
  const memberIds = [conversion.debtorId, conversion.creditorId];
  await lockForLegs(tx, teamId, { memberIds, currencies: [currency, convertedCurrency] });
  await insertEntry(tx, { ...common, id: entryIds.from, currency, amount }, legs.from);
  await insertEntry(tx, { ...common, id: entryIds.to, currency: convertedCurrency, amount: convertedAmount }, legs.to);
  await insertConversion(tx, conversion, entryIds);
}

/** A conversion as the history keeps it. */
function stateOf(conversion: Conversion): object {
  const { debtorId, creditorId, amount, currency, convertedAmount, convertedCurrency, rate } = conversion;
  return {
    ...{ debtorId, creditorId, amount: moneyText({ amount, currency }), currency },
    ...{
      convertedAmount: moneyText({ amount: convertedAmount, currency: convertedCurrency }),
      convertedCurrency,
      rate,
    },
  };
}
