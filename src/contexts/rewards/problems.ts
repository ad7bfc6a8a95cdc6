import { defineProblems } from '../../shared/problem.ts';

/** What rewards refuses although the request is well formed. */
export const problems = defineProblems({
  'region-unknown': { status: 409, title: 'Region unknown' },
  'claim-end-passed': { status: 409, title: 'End of claims has passed' },
  'message-too-long': { status: 409, title: 'Message too long' },
  'template-not-published': { status: 409, title: 'The template is not published' },
  'template-values-invalid': { status: 409, title: 'The values do not fit the template' },
  'campaign-closed': { status: 409, title: 'Campaign closed' },
  'window-not-open': { status: 409, title: 'Window not open' },
  'import-empty': { status: 409, title: 'No lines in the file' },
  'import-not-text': { status: 409, title: 'Not a text file' },
  'import-too-long': { status: 409, title: 'Too many lines' },
  'import-finished': { status: 409, title: 'Import finished' },
  'round-token-invalid': { status: 409, title: 'Round token invalid' },
  'round-token-mismatch': { status: 409, title: "Another round's token" },
  'round-finished': { status: 409, title: 'Round finished' },
  'round-expired': { status: 409, title: 'Round expired' },
  'round-played-meanwhile': { status: 409, title: 'Round played meanwhile' },
  'choices-unfit': { status: 409, title: 'Choices do not fit the game' },
  'reward-unavailable': { status: 409, title: 'Reward unavailable' },
  'reward-price-changed': { status: 409, title: 'Price changed' },
  'insufficient-coins': { status: 409, title: 'Insufficient coins' },
  'redemption-refunded': { status: 409, title: 'Redemption refunded' },
});
