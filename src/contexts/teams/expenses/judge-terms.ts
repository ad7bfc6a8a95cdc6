import { decimalText } from '../../../shared/currency.ts';
import { moneyText, requireCurrency } from '../../../shared/money.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { createAmountReader } from './amount-reader.ts';
import type { Leg } from './entry.ts';
import { readSplit } from './read-split.ts';
import { participantsOf, splitAmount } from './split.ts';
import type { SplitFault } from './split.ts';
import type { MemberAmount, Terms } from './terms.ts';

/** Whom one expense can be shared by, at most: what is checked at commit is checked for each. */
export const MOST_PARTICIPANTS = 200;

/** What came of terms. */
export interface Judged {
  /** In minor units. */
  readonly amount: bigint;
  readonly legs: readonly Leg[];
}

/**
 * Works out who paid and who owes how much, to the minor unit.
 *
 * @param seed the expense's id: decides who gets a unit that does not divide, each time alike
 * @throws Problem 409 `currency-unknown`, `amount-unfit`, `amount-not-positive`, `too-many-participants`, `payers-unbalanced`,
 *   `shares-unbalanced`, `percentages-unbalanced`, `weights-missing`, `share-negative`, `member-twice`
 */
export function judgeTerms(
  { amount: text, currency, terms }: { readonly amount: string; readonly currency: string; readonly terms: Terms },
  seed: string,
): Judged {
  requireCurrency(currency, '/currency');
  const amounts = createAmountReader(currency);
  const amount = amounts.read(text, '/amount');
  const paid = terms.payers.map(({ amount: part }, at) => amounts.read(part, `/payers/${at}/amount`));
  const split = readSplit(terms.split, amounts);
  amounts.finish();
  if (amount <= 0n) {
    throw new Problem(problems['amount-not-positive'], { errors: [{ pointer: '/amount', detail: 'must be above 0' }] });
  }
  if (participantsOf(split).length > MOST_PARTICIPANTS) {
    throw new Problem(problems['too-many-participants'], {
      errors: [{ pointer: '/split', detail: `names more than ${MOST_PARTICIPANTS} members` }],
    });
  }
  requirePayers(terms.payers, paid, amount, currency);
  const owed = splitAmount(amount, split, seed);
  if ('fault' in owed) throw problemOf(owed, currency);
  const payers = new Map(terms.payers.map(({ memberId }, at) => [memberId, paid[at] ?? 0n]));
  const everybody = [...new Set([...payers.keys(), ...owed.keys()])];
  const legs = everybody.map((memberId) => ({
    ...{ memberId, paid: payers.get(memberId) ?? 0n, owed: owed.get(memberId) ?? 0n },
  }));
  return { amount, legs };
}

function requirePayers(
  payers: readonly MemberAmount[],
  paid: readonly bigint[],
  amount: bigint,
  currency: string,
): void {
  const twice = payers.find(({ memberId }, at) => payers.findIndex((payer) => payer.memberId === memberId) !== at);
  if (twice !== undefined) throw problemOf({ fault: 'twice', memberId: twice.memberId }, currency);
  const difference = amount - paid.reduce((sum, part) => sum + part, 0n);
  if (difference === 0n) return;
  throw new Problem(problems['payers-unbalanced'], {
    detail: `What the payers paid must sum to the amount; ${lacking(moneyText({ amount: difference, currency }))}.`,
    difference: moneyText({ amount: difference, currency }),
    errors: [{ pointer: '/payers', detail: 'must sum to the amount' }],
  });
}

function problemOf(fault: SplitFault, currency: string): Problem {
  const errors = (detail: string) => [{ pointer: '/split', detail }];
  switch (fault.fault) {
    case 'unbalanced': {
      const difference = moneyText({ amount: fault.difference, currency });
      const detail = `The parts must sum to the amount; ${lacking(difference)}.`;
      return new Problem(problems['shares-unbalanced'], {
        detail,
        difference,
        errors: errors('must sum to the amount'),
      });
    }
    case 'percentages': {
      const difference = decimalText(fault.difference, 4);
      const detail = `Percentages must sum to exactly 100; ${lacking(difference)}.`;
      return new Problem(problems['percentages-unbalanced'], { detail, difference, errors: errors('must sum to 100') });
    }
    case 'weightless':
      return new Problem(problems['weights-missing'], { errors: errors('gives nobody a share above 0') });
    case 'negative':
      return new Problem(problems['share-negative'], { errors: errors(`leaves ${fault.memberId} less than 0`) });
    case 'twice':
      return new Problem(problems['member-twice'], { errors: errors(`names ${fault.memberId} twice`) });
  }
}

function lacking(difference: string): string {
  return difference.startsWith('-') ? `${difference.slice(1)} is too much` : `${difference} is lacking`;
}
