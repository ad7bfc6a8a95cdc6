import { expect, test } from '@jest/globals';
import { toProblem } from './problems.ts';

// Each was seen while PostgreSQL was killed, silent, cut off or full.
test.each([
  [Object.assign(new Error('terminating connection due to unexpected postmaster exit'), { code: '57P01' })],
  [Object.assign(new Error('the database system is not yet accepting connections'), { code: '57P03' })],
  [Object.assign(new Error('could not extend file: No space left on device'), { code: '53100' })],
  [Object.assign(new Error('sorry, too many clients already'), { code: '53300' })],
  [Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' })],
  [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })],
  [new Error('timeout exceeded when trying to connect')],
  [
    Object.assign(new Error('insert … - deadlock detected'), {
      nativeError: Object.assign(new Error('x'), { code: '40P01' }),
    }),
  ],
  [new Error('Query read timeout')],
  [new Error('Connection terminated unexpectedly')],
  [new Error('Connection terminated due to connection timeout')],
  [new Error('Client has encountered a connection error and is not queryable')],
  [
    new Error(
      'select "platform"."sandbox_messages".* from "platform"."sandbox_messages" - Connection terminated unexpectedly',
    ),
  ],
])('%s is an outage: 503, and come back', (error) => {
  const problem = toProblem(error, {});
  expect(problem.status).toBe(503);
  expect(problem.headers).toHaveProperty('retry-after');
});

test.each([
  [new TypeError('undefined is not a function')],
  [Object.assign(new Error('null value in column "name"'), { code: '23502' })],
  [new Error('The import "Connection terminated" has no lines')],
])('%s is a defect: 500', (error) => {
  expect(toProblem(error, {}).status).toBe(500);
});
