import { moneyProblems } from '../../shared/money.ts';
import { defineProblems } from '../../shared/problem.ts';

/** What exchange rates refuse although the request is well formed. */
export const problems = {
  ...moneyProblems,
  ...defineProblems({
    'rate-unavailable': { status: 409, title: 'Rate unavailable' },
    'rate-already-released': { status: 409, title: 'Rate already released' },
  }),
};
