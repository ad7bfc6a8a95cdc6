import { defineProblems } from '../../shared/problem.ts';

export const problems = defineProblems({
  'already-suppressed': { status: 409, title: 'The address is already suppressed' },
  'message-not-redrivable': { status: 409, title: 'Only a dead message can be sent again' },
  'range-not-valid': { status: 409, title: 'The time range is empty or too long' },
});
