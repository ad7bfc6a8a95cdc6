import { metricNames, metricOf } from './metrics.ts';
import type { Metric, MetricName } from './metrics.ts';
import { MAX_DAYS, requireRange } from './range.ts';
import type { Report, RunReport } from './run-report.ts';
import { findWholeDays, sumWholeDays } from './sum-store.ts';
import type { Sum } from './sum-store.ts';

/** What somebody asks for whole days of a zone. */
export interface DaysRequest {
  readonly from: Date;
  readonly to: Date;
  readonly timeZone: string;
  readonly ifNoneMatch?: string | undefined;
}

export interface Overview {
  readonly from: Date;
  readonly to: Date;
  readonly figures: readonly {
    readonly metric: MetricName;
    readonly unit: Metric['unit'];
    readonly value: number;
    /** Of as many days before. */
    readonly previous: number;
  }[];
}

export interface Reporting {
  readonly runReport: RunReport;
  /** The zones that are configured to have days. */
  readonly zones: readonly string[];
}

const allFacts = [...new Set(metricNames.map((name) => metricOf(name).facts))];

/**
 * Every figure over whole days, beside the same number of days before.
 *
 * @throws Problem 409 `range-empty`, `range-too-large`, `time-zone-unknown`; 503 `unavailable`
 */
export async function getOverview({ runReport, zones }: Reporting, request: DaysRequest): Promise<Report<Overview>> {
  const { from, to, timeZone, ifNoneMatch } = request;
  requireRange({ from, to, timeZone, granularity: 'day' }, zones, MAX_DAYS);
  return runReport({
    query: ['overview', from, to, timeZone],
    ifNoneMatch,
    narrow: 'ask for fewer days.',
    read: async (tx, freshness) => {
      const days = await findWholeDays(tx, from, to, timeZone);
      const request = { ...days, timeZone, metrics: allFacts, withPrevious: true };
      const { sums, previous } = await sumWholeDays(tx, request, freshness.zones);
      const figures = metricNames.map((metric) => ({
        metric,
        unit: metricOf(metric).unit,
        value: valueOf(metricOf(metric), sums),
        previous: valueOf(metricOf(metric), previous),
      }));
      return { ...days, figures };
    },
  });
}

/** What a metric comes to, out of sums by dimension. */
export function valueOf({ facts, dimensions, measure }: Metric, sums: readonly Sum[]): number {
  return sums
    .filter((sum) => sum.metric === facts && dimensions.includes(sum.dimension))
    .reduce((total, sum) => total + sum[measure], 0);
}
