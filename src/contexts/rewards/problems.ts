import { defineProblems } from '../../shared/problem.ts';

/** What rewards refuses although the request is well formed. */
export const problems = defineProblems({
  'region-unknown': { status: 409, title: 'Region unknown' },
  'claim-end-passed': { status: 409, title: 'End of claims has passed' },
  'message-too-long': { status: 409, title: 'Message too long' },
  'campaign-closed': { status: 409, title: 'Campaign closed' },
  'window-not-open': { status: 409, title: 'Window not open' },
  'import-empty': { status: 409, title: 'No lines in the file' },
  'import-not-text': { status: 409, title: 'Not a text file' },
  'import-too-long': { status: 409, title: 'Too many lines' },
  'import-finished': { status: 409, title: 'Import finished' },
});
