import { moneyProblems } from '../../shared/money.ts';
import { defineProblems } from '../../shared/problem.ts';
import { exchangeRateProblems } from '../exchange-rates/index.ts';

const own = defineProblems({
  'team-role-insufficient': { status: 403, title: 'Role in the team insufficient' },
  'team-archived': { status: 409, title: 'Team archived' },
  'team-full': { status: 409, title: 'Team full' },
  'last-owner': { status: 409, title: 'Last owner' },
  'placeholder-role': { status: 409, title: 'Role needs an account' },
  'placeholder-claimed': { status: 409, title: 'Not a placeholder' },
  'member-unknown': { status: 409, title: 'Not a member of the team' },
  'member-unsettled': { status: 409, title: 'Member not settled' },
  'carry-over-unfit': { status: 409, title: 'Balances cannot be carried over to this member' },
  'invitation-unusable': { status: 409, title: 'Invitation not usable' },
  'already-member': { status: 409, title: 'Already a member' },
  'amount-unfit': { status: 409, title: 'Amount does not fit the currency' },
  'amount-not-positive': { status: 409, title: 'Amount not above zero' },
  'shares-unbalanced': { status: 409, title: 'Shares do not sum to the amount' },
  'payers-unbalanced': { status: 409, title: 'Payments do not sum to the amount' },
  'percentages-unbalanced': { status: 409, title: 'Percentages do not sum to 100' },
  'weights-missing': { status: 409, title: 'Nobody has a share' },
  'share-negative': { status: 409, title: 'A share is below zero' },
  'member-twice': { status: 409, title: 'Member named twice' },
  'too-many-participants': { status: 409, title: 'Too many participants' },
  'expense-frozen': { status: 409, title: 'Expense of somebody who has left' },
  'expense-not-deleted': { status: 409, title: 'Expense not deleted' },
  'same-currency': { status: 409, title: 'Currencies do not differ' },
  'conversion-worthless': { status: 409, title: 'Nothing left of the amount' },
  'time-zone-unknown': { status: 409, title: 'Time zone unknown' },
  'recurrence-empty': { status: 409, title: 'Comes on no day' },
  'budget-twice': { status: 409, title: 'Two budgets for one thing' },
  'import-faulty': { status: 409, title: 'File with faults' },
  'settlement-void': { status: 409, title: 'Settlement void' },
});

/** What teams refuse although the request is well formed. */
export const problems = { ...moneyProblems, ...own, 'rate-unavailable': exchangeRateProblems['rate-unavailable'] };
