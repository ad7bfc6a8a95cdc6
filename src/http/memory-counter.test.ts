import { expect, test } from '@jest/globals';
import { memoryCounter } from './memory-counter.ts';

test('a window begins with its first request and ends for its key alone', () => {
  let at = 0;
  const counter = memoryCounter(2, 60, () => at);
  expect(counter.consume('a', 1)).toEqual({ remaining: 1, millisecondsLeft: 60_000 });
  at = 30_000;
  expect(counter.consume('b', 2)).toEqual({ remaining: 0, millisecondsLeft: 60_000 });
  expect(counter.consume('a', 2)).toEqual({ remaining: -1, millisecondsLeft: 30_000 });
  at = 60_000;
  expect(counter.consume('a', 1)).toEqual({ remaining: 1, millisecondsLeft: 60_000 });
  expect(counter.consume('b', 1)).toEqual({ remaining: -1, millisecondsLeft: 30_000 });
});

test('keys whose window has ended are forgotten as new ones come', () => {
  let at = 0;
  const counter = memoryCounter(1, 60, () => at);
  for (let n = 0; n < 1_000; n += 1) counter.consume(`old ${n}`, 1);
  at = 60_000;
  for (let n = 0; n < 500; n += 1) counter.consume(`new ${n}`, 1);
  expect(counter.keys).toBe(500);
});
