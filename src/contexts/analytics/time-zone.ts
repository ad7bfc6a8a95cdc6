import { Problem } from '../../shared/problem.ts';
import { problems } from './problems.ts';

/** @throws Problem 409 `time-zone-unknown` for what is no zone of the IANA list */
export function requireTimeZone(name: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Problem(problems['time-zone-unknown'], {
      detail: `"${name}" is no zone of the IANA list, such as Asia/Tehran or UTC.`,
      cause: error,
    });
  }
}
