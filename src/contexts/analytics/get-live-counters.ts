import { valueOf } from './get-overview.ts';
import type { Reporting } from './get-overview.ts';
import { metricNames, metricOf } from './metrics.ts';
import type { FunnelChannel, Metric, MetricName } from './metrics.ts';
import { funnelsOf } from './funnel.ts';
import type { Funnel } from './funnel.ts';
import type { Report } from './run-report.ts';
import { readLiveSums } from './sum-store.ts';

export interface LiveCounters {
  readonly counters: readonly {
    readonly metric: MetricName;
    readonly unit: Metric['unit'];
    readonly value: number;
  }[];
  readonly messages: Readonly<Record<FunnelChannel, Funnel>>;
}

/**
 * Everything there is by this moment: the totals, and the facts above the watermark that are not rolled up yet. Never from
 * rows of the tables themselves.
 *
 * @throws Problem 503 `unavailable`
 */
export async function getLiveCounters({ runReport }: Pick<Reporting, 'runReport'>): Promise<Report<LiveCounters>> {
  return runReport({
    query: ['live'],
    narrow: 'ask again in a moment.',
    read: async (tx) => {
      const sums = await readLiveSums(tx);
      const counters = metricNames.map((metric) => ({
        metric,
        unit: metricOf(metric).unit,
        value: valueOf(metricOf(metric), sums),
      }));
      return { counters, messages: funnelsOf(sums) };
    },
  });
}
