import { moneyProblems } from '../../shared/money.ts';
import { defineProblems } from '../../shared/problem.ts';

/** What payments refuse although the request is well formed. */
export const problems = {
  'currency-unknown': moneyProblems['currency-unknown'],
  ...defineProblems({
    'attempt-in-flight': { status: 409, title: 'Another attempt is in flight' },
    'attempt-not-cancellable': { status: 409, title: 'The attempt cannot be taken back any more' },
    'capture-exceeds-authorised': { status: 409, title: 'Less is authorised' },
    'currency-differs': { status: 409, title: 'The payment has another currency' },
    'day-not-over': { status: 409, title: 'The day is not over' },
    'message-not-proven': { status: 403, title: 'Message not proven' },
    'nothing-to-pay': { status: 409, title: 'Nothing is due' },
    'nothing-to-void': { status: 409, title: 'Nothing is held' },
    'partial-capture-releases-rest': { status: 409, title: 'The provider takes once' },
    'payment-cancelled': { status: 409, title: 'The payment was cancelled' },
    'refund-exceeds-captured': { status: 409, title: 'Less can be given back' },
    'sandbox-charge-decided': { status: 409, title: 'It is decided already' },
    'whole-capture-only': { status: 409, title: 'The provider takes all or nothing' },
  }),
};
