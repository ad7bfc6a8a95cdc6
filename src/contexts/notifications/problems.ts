import { defineProblems } from '../../shared/problem.ts';

export const problems = defineProblems({
  'already-suppressed': { status: 409, title: 'The address is already suppressed' },
});
