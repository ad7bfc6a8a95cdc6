import type { Reporting } from './get-overview.ts';
import { metricOf } from './metrics.ts';
import type { MetricName } from './metrics.ts';
import { requireRange } from './range.ts';
import type { Range } from './range.ts';
import type { Report } from './run-report.ts';
import { readSeries } from './series-store.ts';
import type { Point } from './series-store.ts';

export interface TimeSeriesRequest extends Range {
  readonly metric: MetricName;
  readonly ifNoneMatch?: string | undefined;
}

/**
 * One metric in steps, without gaps.
 *
 * @throws Problem 409 `range-empty`, `range-too-large`, `time-zone-unknown`, before anything is asked of the database; 503
 *   `unavailable`
 */
export async function getTimeSeries(
  { runReport, zones }: Reporting,
  { metric, ifNoneMatch, ...range }: TimeSeriesRequest,
): Promise<Report<Point[]>> {
  requireRange(range, zones);
  const { from, to, granularity, timeZone } = range;
  return runReport({
    query: ['time-series', metric, from, to, granularity, timeZone],
    ifNoneMatch,
    narrow: 'ask for a shorter range or a coarser granularity.',
    read: (tx, freshness) => readSeries(tx, metricOf(metric), range, freshness),
  });
}
