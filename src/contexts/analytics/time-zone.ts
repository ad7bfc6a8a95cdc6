import { Problem } from '../../shared/problem.ts';
import { problems } from './problems.ts';

/** Names that are zones. Asking takes Node half a millisecond; few are asked for, and however they are spelled, not for ever. */
const known = new Set<string>();
const MOST_KNOWN = 1_000;

/** @throws Problem 409 `time-zone-unknown` for what is no zone of the IANA list */
export function requireTimeZone(name: string): void {
  if (known.has(name)) return;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Problem(problems['time-zone-unknown'], {
      detail: `"${name}" is no zone of the IANA list, such as Asia/Tehran or UTC.`,
      cause: error,
    });
  }
  if (known.size < MOST_KNOWN) known.add(name);
}
