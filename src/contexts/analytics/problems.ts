import { defineProblems } from '../../shared/problem.ts';

/** What analytics refuses although the request is well formed. */
export const problems = defineProblems({
  'range-too-large': { status: 409, title: 'Range too large' },
  'range-out-of-bounds': { status: 409, title: 'Range out of bounds' },
  'range-empty': { status: 409, title: 'Range ends before it begins' },
  'time-zone-unknown': { status: 409, title: 'Time zone unknown' },
  'time-zone-not-prepared': { status: 409, title: 'Time zone not prepared' },
});
