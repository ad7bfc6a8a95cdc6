import { defineProblems } from '../../shared/problem.ts';

export const problems = defineProblems({
  'flag-invalid': { status: 409, title: 'The flag contradicts itself' },
  'flag-key-taken': { status: 409, title: 'Another flag has this key' },
  'already-redriven': { status: 409, title: 'The work was already run again' },
});
