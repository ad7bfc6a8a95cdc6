import type { Clock } from '../../../shared/clock.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';

/** @throws Problem 409 `day-not-over`: what is not over cannot be compared */
export function requireOver(clock: Clock, day: string): void {
  if (day < clock.now().toISOString().slice(0, 10)) return;
  throw new Problem(problems['day-not-over'], { detail: 'Days are compared in UTC, once they are over.' });
}
