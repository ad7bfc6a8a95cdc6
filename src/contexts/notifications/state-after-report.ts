import type { DeliveryReport } from '../../ports/delivery-report.ts';
import type { MessageState } from './message.ts';

/** How far a message has come. Reports only lead upwards. */
const RANK: Readonly<Record<MessageState, number>> = {
  scheduled: 0,
  queued: 1,
  claimed: 1,
  retry_wait: 1,
  sending: 2,
  unknown: 2,
  sent: 3,
  delivered: 4,
  undelivered: 4,
  expired: 4,
  suppressed: 4,
  cancelled: 4,
  dead: 4,
};

/**
 * The state of a message after a report about it. A report of a higher rank wins; among equals the first one stays, except
 * that `delivered` corrects `undelivered` and `expired`: a late truth. Pure; the same report again changes nothing.
 */
export function stateAfterReport(current: MessageState, reported: DeliveryReport['state']): MessageState {
  if (RANK[reported] > RANK[current]) return reported;
  const corrects = reported === 'delivered' && (current === 'undelivered' || current === 'expired');
  return corrects ? 'delivered' : current;
}
