import { defineProblems } from '../../shared/problem.ts';

export const problems = defineProblems({
  'already-redriven': { status: 409, title: 'The work was already run again' },
});
