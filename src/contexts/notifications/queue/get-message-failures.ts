import type { Database } from '../../../database/transaction.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Channel } from '../message.ts';
import { problems } from '../problems.ts';
import { countFailures } from './failure-store.ts';
import type { FailureCount } from './failure-store.ts';

const LONGEST_DAYS = 31;
const DAY = 86_400_000;
/** Reasons shown; the rarest are left out. */
const MOST = 200;

export interface FailureRange {
  readonly from: Date;
  /** Not included. */
  readonly to: Date;
  readonly channel: Channel | undefined;
}

/**
 * Why messages that ended in a time range did not arrive, or were not sent.
 *
 * @throws Problem 409 `range-not-valid` for one that is empty or longer than 31 days
 */
export async function getMessageFailures(
  { reporting }: { readonly reporting: Database },
  { from, to, channel }: FailureRange,
): Promise<readonly FailureCount[]> {
  const length = to.getTime() - from.getTime();
  if (length <= 0 || length > LONGEST_DAYS * DAY) {
    throw new Problem(problems['range-not-valid'], {
      detail: `The range must end after it begins, and be at most ${LONGEST_DAYS} days long.`,
    });
  }
  return countFailures(reporting, { from, to, channel, limit: MOST });
}
