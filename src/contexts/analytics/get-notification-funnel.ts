import { funnelsOf } from './funnel.ts';
import type { Funnel } from './funnel.ts';
import type { DaysRequest, Reporting } from './get-overview.ts';
import type { FunnelChannel, FunnelClass } from './metrics.ts';
import { MAX_DAYS, requireRange } from './range.ts';
import type { Report } from './run-report.ts';
import { findWholeDays, sumWholeDays } from './sum-store.ts';
import type { Days } from './sum-store.ts';

export interface NotificationFunnel extends Days {
  readonly channels: Readonly<Record<FunnelChannel, Funnel>>;
}

export interface FunnelRequest extends DaysRequest {
  /** Only messages of this class. */
  readonly class: FunnelClass | undefined;
}

/**
 * What became of the messages that were created on whole days of a zone.
 *
 * @throws Problem 409 `range-empty`, `range-too-large`, `time-zone-unknown`; 503 `unavailable`
 */
export async function getNotificationFunnel(
  { runReport, zones }: Reporting,
  { from, to, timeZone, ifNoneMatch, class: ofClass }: FunnelRequest,
): Promise<Report<NotificationFunnel>> {
  requireRange({ from, to, timeZone, granularity: 'day' }, zones, MAX_DAYS);
  return runReport({
    query: ['notification-funnel', from, to, timeZone, ofClass],
    ifNoneMatch,
    narrow: 'ask for fewer days.',
    read: async (tx, freshness) => {
      const days = await findWholeDays(tx, from, to, timeZone);
      const request = { ...days, timeZone, metrics: ['messages'], withPrevious: false };
      const { sums } = await sumWholeDays(tx, request, freshness.zones);
      return { ...days, channels: funnelsOf(sums, ofClass) };
    },
  });
}
