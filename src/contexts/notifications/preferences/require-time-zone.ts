import { Problem } from '../../../shared/problem.ts';
import { isTimeZone } from '../../../shared/time-zone.ts';
import { problems } from '../problems.ts';

/** @throws Problem 409 `time-zone-unknown` */
export function requireTimeZone(name: string): void {
  if (isTimeZone(name)) return;
  throw new Problem(problems['time-zone-unknown'], { detail: `${name} is not in the IANA database.` });
}
